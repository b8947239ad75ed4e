"""States, actions, refusals and the other terms of the domain in Vietnamese (rulebook 7 and 8)."""

STATES = {
    "ASSIGNED": "Đã giao, chờ tiếp nhận",
    "ACCEPTED": "Đã tiếp nhận",
    "IN_PROGRESS": "Đang thực hiện",
    "AWAITING_CONFIRMATION": "Chờ Văn phòng xác nhận",
    "RESULT_RETURNED": "Kết quả bị trả lại",
    "COMPLETED": "Hoàn thành",
}
DIRECTIVE_STATES = {"DRAFT": "Nháp", "AWAITING_RELEASE": "Chờ phát hành", "RELEASED": "Đã phát hành"}
ACTIONS = {
    "ACCEPT": "Tiếp nhận nhiệm vụ",
    "REPORT_PROGRESS": "Báo cáo tiến độ",
    "SUBMIT_RESULT": "Báo cáo hoàn thành",
    "CONFIRM": "Xác nhận kết quả",
    "RETURN_RESULT": "Trả lại kết quả",
    "REGISTER": "Đăng ký văn bản",
    "CHANGE": "Sửa văn bản",
    "SUBMIT_FOR_RELEASE": "Trình phát hành",
    "RELEASE": "Phát hành",
}
PROBLEMS = {
    "bad-request": "Yêu cầu không đúng định dạng.",
    "not-json": "Nội dung gửi đi không đọc được. Vui lòng tải lại trang và thực hiện lại.",
    "idempotency-key-missing": "Biểu mẫu thiếu mã chống gửi trùng. Vui lòng tải lại trang và thực hiện lại.",
    "idempotency-key-reused": "Biểu mẫu này đã được gửi trước đó với nội dung khác.",
    "not-signed-in": "Phiên làm việc đã hết. Vui lòng đăng nhập lại.",
    "membership-not-valid": "Tư cách đang sử dụng không còn hiệu lực. Vui lòng chọn lại tư cách làm việc.",
    "forbidden": "Với tư cách hiện tại, đồng chí không có thẩm quyền thực hiện việc này.",
    "not-found": "Không tìm thấy nội dung, hoặc nội dung không thuộc phạm vi đồng chí được xem.",
    "method-not-allowed": "Thao tác này không được hỗ trợ.",
    "too-large": "Nội dung hoặc tệp vượt quá dung lượng cho phép.",
    "precondition-missing": "Biểu mẫu thiếu phiên bản đang sửa. Vui lòng tải lại trang và thực hiện lại.",
    "stale-version": "Đã có người thay đổi nội dung này trước đồng chí.",
    "invalid-body": "Có thông tin chưa đúng hoặc còn thiếu. Vui lòng xem chỗ được đánh dấu.",
    "invalid-parameters": "Điều kiện lọc không đúng.",
    "invalid-cursor": "Trang danh sách không còn hiệu lực. Vui lòng mở lại từ đầu.",
    "event-too-large": "Nội dung quá dài để ghi nhận. Vui lòng rút gọn.",
    "replica-stale": "Danh bạ cơ quan chưa được cập nhật nên tạm thời chưa ghi nhận thay đổi. Vui lòng thử lại sau ít phút.",
    "disk-full": "Hệ thống tạm thời hết dung lượng lưu trữ nên chưa ghi nhận được. Vui lòng thử lại sau ít phút hoặc báo quản trị viên.",
    "unavailable": "Hệ thống tạm thời gián đoạn. Vui lòng thử lại sau ít giây.",
    "unexpected": "Hệ thống gặp sự cố ngoài dự kiến. Vui lòng kiểm tra nội dung đã ghi nhận trước khi thử lại.",
    "day-not-earlier": "Ngày so sánh phải trước ngày của con số.",
    "day-in-future": "Ngày yêu cầu chưa đến; chỉ xem được số liệu đến hết hôm nay.",
    # a directive
    "secrecy-not-allowed": "Không được nhập văn bản mật vào phần mềm này.",
    "issue-date-in-future": "Ngày ban hành không được sau ngày hôm nay.",
    "number-missing": "Ghi đủ cả số và ký hiệu, hoặc để trống cả hai khi văn bản chưa có số.",
    "no-instructions": "Văn bản phải có ít nhất một nhiệm vụ.",
    "no-lead": "Mỗi nhiệm vụ phải có một cơ quan chủ trì.",
    "two-leads": "Mỗi nhiệm vụ chỉ có một cơ quan chủ trì. Chọn một cơ quan, hoặc chọn giao cho cả nhóm.",
    "agency-twice": "Cơ quan này đã được ghi trong nhiệm vụ.",
    "unknown-agency": "Cơ quan không có trong danh bạ hoặc đã ngừng hoạt động.",
    "unknown-group": "Nhóm cơ quan không có trong danh bạ.",
    "unknown-field": "Lĩnh vực không có trong danh mục.",
    "empty-group": "Nhóm này hiện không có cơ quan nào đang hoạt động.",
    "due-missing": "Nhiệm vụ có thời hạn phải ghi ngày đến hạn.",
    "due-without-deadline": "Nhiệm vụ không thời hạn thì không ghi ngày đến hạn.",
    "due-before-issue": "Ngày đến hạn không được trước ngày ban hành văn bản.",
    "no-deadline-reason-missing": "Có sản phẩm nhưng không có hạn. Vui lòng ghi lý do, hoặc chọn “Có thời hạn”.",
    "membership-has-ended": "Tư cách này đã kết thúc.",
    "already-released": "Văn bản đã phát hành, không thể thay đổi hoặc phát hành lần nữa.",
    "already-submitted": "Văn bản đã được trình, đang chờ lãnh đạo Văn phòng phát hành.",
    # a task
    "action-not-allowed": "Việc này không thực hiện được ở trạng thái hiện tại của nhiệm vụ.",
    "already-accepted": "Nhiệm vụ đã được tiếp nhận.",
    "not-accepted": "Nhiệm vụ chưa được tiếp nhận. Vui lòng tiếp nhận trước khi báo cáo.",
    "awaits-confirmation": "Kết quả đang chờ Văn phòng xác nhận.",
    "already-confirmed": "Nhiệm vụ đã được xác nhận hoàn thành.",
    "no-result-to-decide": "Nhiệm vụ không có kết quả nào đang chờ xác nhận.",
    "result-is-returned": "Kết quả đã bị trả lại. Vui lòng báo cáo lại kết quả hoàn thành.",
    "report-date-in-future": "Ngày của văn bản báo cáo không được sau ngày hôm nay.",
    "not-overdue": "Nhiệm vụ chưa quá hạn.",
    "no-file": "Vui lòng đính kèm đúng một tệp.",
    "file-missing": "Báo cáo hoàn thành phải kèm tệp văn bản báo cáo.",
    "unknown-file": "Tệp đã tải lên không còn. Vui lòng đính kèm lại.",
    "file-empty": "Tệp không có nội dung.",
    "file-type-not-allowed": "Chỉ nhận tệp PDF hoặc ảnh PNG, JPEG.",
    "file-not-what-it-says": "Nội dung tệp không khớp với tên hoặc loại tệp.",
    # what a checker of forms says of one field
    "missing": "Chưa nhập nội dung này.",
    "string_too_short": "Chưa nhập nội dung này.",
    "string_too_long": "Nội dung quá dài. Vui lòng rút gọn.",
    "string_type": "Chưa nhập nội dung này.",
    "date_type": "Chưa nhập ngày.",
    "too_long": "Quá nhiều mục.",
    "enum": "Giá trị không có trong danh mục.",
    "greater_than_equal": "Số phải từ 0 đến 100.",
    "less_than_equal": "Số phải từ 0 đến 100.",
}
ADVICE = {
    "stale-version": "Nội dung đồng chí vừa nhập vẫn còn dưới đây, trên bản mới nhất. Vui lòng xem lại rồi gửi lần nữa.",
    "idempotency-key-reused": "Đề nghị kiểm tra nội dung đã ghi nhận; nếu vẫn cần, vui lòng gửi lại: phần mềm đã tạo mã mới.",
}
ROLES = {
    "LEADER": "Lãnh đạo UBND tỉnh",
    "OFFICE_LEAD": "Lãnh đạo Văn phòng",
    "OFFICE_TRACKER": "Chuyên viên theo dõi",
    "AGENCY_HEAD": "Thủ trưởng cơ quan",
    "AGENCY_CLERK": "Văn thư, đầu mối",
    "AGENCY_OFFICER": "Chuyên viên",
    "HOME_AFFAIRS": "Thi đua, đánh giá (Sở Nội vụ)",
    "INSPECTOR": "Kiểm tra, thanh tra",
    "SYSTEM_ADMIN": "Quản trị hệ thống",
}
KINDS = {
    "cong-van": "Công văn",
    "chi-thi": "Chỉ thị",
    "cong-dien": "Công điện",
    "thong-bao-ket-luan": "Thông báo kết luận",
    "thong-bao": "Thông báo",
    "ke-hoach": "Kế hoạch",
    "quyet-dinh": "Quyết định",
    "nghi-quyet": "Nghị quyết",
    "chuong-trinh": "Chương trình",
    "khac": "Văn bản khác",
}
URGENCIES = {"NORMAL": "Thường", "URGENT": "Khẩn", "VERY_URGENT": "Thượng khẩn", "EXPRESS": "Hỏa tốc"}
SECRECIES = {"NORMAL": "Thường", "CONFIDENTIAL": "Mật", "SECRET": "Tối mật", "TOP_SECRET": "Tuyệt mật"}
DELIVERABLES = {
    "": "Không yêu cầu sản phẩm",
    "bao-cao": "Báo cáo",
    "to-trinh": "Tờ trình",
    "du-thao": "Dự thảo văn bản",
    "ke-hoach": "Kế hoạch",
    "de-an": "Đề án",
    "khac": "Sản phẩm khác",
}
DEADLINE_CLASSES = {"DATED": "Có thời hạn", "NONE": "Không thời hạn"}
QUALITIES = {"GOOD": "Tốt", "SATISFACTORY": "Đạt", "UNSATISFACTORY": "Chưa đạt"}
DECISIONS = {"WAITING": "Chờ xác nhận", "CONFIRMED": "Đã xác nhận", "RETURNED": "Đã trả lại"}
EVENTS = {
    "task-assigned": "Giao nhiệm vụ",
    "task-accepted": "Tiếp nhận",
    "progress-reported": "Báo cáo tiến độ {percent}%",
    "result-submitted": "Báo cáo hoàn thành",
    "result-confirmed": "Xác nhận kết quả",
    "result-returned": "Trả lại kết quả",
    "task-overdue": "Quá hạn",
    "lead-changed": "Đổi cơ quan chủ trì",
    "task-restated": "Ghi lại thông tin nhiệm vụ",
    "overdue-told": "Quá hạn",
}
NOTICES = {
    "released": "Giao nhiệm vụ mới",
    "submitted": "Kết quả chờ xác nhận",
    "confirmed": "Kết quả đã được xác nhận",
    "returned": "Kết quả bị trả lại",
    "overdue": "Nhiệm vụ quá hạn",
}
STATUS = {
    "overdue": "Quá hạn",
    "soon": "Sắp đến hạn",
    "intime": "Trong hạn",
    "undated": "Không thời hạn",
    "done": "Hoàn thành",
    "late": "Hoàn thành trễ hạn",
    "await": "Chờ xác nhận",
    "returned": "Kết quả bị trả lại",
}
NUMBERS = {
    "N": "Tổng số nhiệm vụ được giao",
    "C": "Đã hoàn thành",
    "U": "Chưa hoàn thành",
    "open_overdue": "Quá hạn",
    "due_soon": "Sắp đến hạn",
    "open_in_time": "Trong hạn",
    "open_undated": "Không thời hạn",
    "completed_on_time": "Hoàn thành đúng hạn",
    "completed_late": "Hoàn thành trễ hạn",
    "completed_undated": "Hoàn thành, không thời hạn",
    "R3c": "Tỷ lệ đúng hạn",
    "numerator": "Tử số của tỷ lệ {rate}",
    "denominator": "Mẫu số của tỷ lệ {rate}",
}
COUNTED = {
    "N": "Mọi nhiệm vụ được giao. Một nhiệm vụ giao chung cho nhiều xã chỉ tính là một.",
    "C": "Văn phòng đã xác nhận: có văn bản báo cáo và kết quả đã nhập vào phần mềm.",
    "U": "Chưa được Văn phòng xác nhận hoàn thành.",
    "open_overdue": "Chưa hoàn thành và đã qua hết ngày đến hạn. Kết quả nộp đúng hạn đang chờ Văn phòng không tính là quá hạn.",
    "due_soon": "Chưa hoàn thành, đến hạn trong 3 ngày làm việc tới.",
    "open_in_time": "Chưa hoàn thành, chưa qua hết ngày đến hạn; gồm cả kết quả nộp đúng hạn đang chờ Văn phòng xác nhận.",
    "open_undated": "Chưa hoàn thành, văn bản không đặt hạn.",
    "completed_on_time": "Đã hoàn thành không muộn hơn ngày đến hạn.",
    "completed_late": "Đã hoàn thành sau ngày đến hạn.",
    "completed_undated": "Đã hoàn thành, văn bản không đặt hạn.",
}
DEADLINES = {
    "overdue": "quá hạn {n} ngày",
    "left": "còn {n} ngày làm việc",
    "until": "đến {day}",
    "today": "đến hạn hôm nay",
    "undated": "không thời hạn",
    "done": "xong {day}",
    "done-late": "xong {day}, trễ {n} ngày",
    "awaiting": "chờ xác nhận",
    "submitted-on": "nộp {day}",
    "due-on": "hạn {day}",
    "assigned-on": "giao {day}",
    "reported-on": "báo cáo gần nhất {day}",
}


def keyed(prefix: str, words: dict[str, str]) -> dict[str, str]:
    return {f"{prefix}.{key}": word for key, word in words.items()}


DOMAIN = {
    **keyed("state", STATES),
    **keyed("directive-state", DIRECTIVE_STATES),
    **keyed("action", ACTIONS),
    **keyed("problem", PROBLEMS),
    **keyed("advice", ADVICE),
    **keyed("role", ROLES),
    **keyed("kind", KINDS),
    **keyed("urgency", URGENCIES),
    **keyed("secrecy", SECRECIES),
    **keyed("deliverable", DELIVERABLES),
    **keyed("deadline-class", DEADLINE_CLASSES),
    **keyed("quality", QUALITIES),
    **keyed("decision", DECISIONS),
    **keyed("event", EVENTS),
    **keyed("notice", NOTICES),
    **keyed("status", STATUS),
    **keyed("number", NUMBERS),
    **keyed("counted", COUNTED),
    **keyed("deadline", DEADLINES),
}
