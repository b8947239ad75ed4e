"""The sentence of each problem that every service may answer with. A service adds its own by `add_titles` at import."""

TITLES: dict[str, str] = {
    "bad-request": "Yêu cầu không đúng định dạng.",
    "not-json": "Nội dung gửi lên không phải là JSON hợp lệ.",
    "idempotency-key-missing": "Yêu cầu thiếu mã chống gửi trùng (Idempotency-Key).",
    "not-signed-in": "Đồng chí chưa đăng nhập hoặc phiên làm việc đã hết hạn. Vui lòng đăng nhập lại.",
    "insufficient-user-authentication": "Việc này cần đồng chí xác nhận lại danh tính trước khi thực hiện.",
    "membership-not-valid": "Tư cách đang sử dụng không còn hiệu lực. Vui lòng chọn lại tư cách làm việc.",
    "forbidden": "Đồng chí không có quyền thực hiện việc này.",
    "not-found": "Không tìm thấy nội dung yêu cầu, hoặc nội dung không thuộc phạm vi được xem.",
    "method-not-allowed": "Thao tác này không được hỗ trợ.",
    "too-large": "Nội dung gửi lên vượt quá dung lượng cho phép.",
    "precondition-missing": "Yêu cầu thiếu phiên bản đang sửa (If-Match).",
    "stale-version": "Nội dung đã được người khác thay đổi. Vui lòng xem bản mới nhất rồi thực hiện lại.",
    "idempotency-key-reused": "Mã chống gửi trùng đã được dùng cho một yêu cầu khác.",
    "invalid-body": "Có thông tin chưa đúng hoặc còn thiếu. Vui lòng kiểm tra lại.",
    "invalid-parameters": "Điều kiện lọc hoặc tham số không đúng.",
    "invalid-cursor": "Trang yêu cầu không còn hợp lệ. Vui lòng tải lại danh sách.",
    "act-is-held": "Đang có một quyết định chờ hiệu lực. Vui lòng thu hồi hoặc để quyết định đó có hiệu lực trước khi thực hiện việc khác.",
    "nothing-held": "Quyết định này đã có hiệu lực hoặc đã được thu hồi.",
    "right-has-ended": "Người đã quyết định không còn giữ tư cách đó.",
    "event-too-large": "Nội dung quá dài để ghi nhận. Vui lòng rút gọn.",
    "replica-stale": "Chưa cập nhật được danh bạ cơ quan, cán bộ nên tạm thời không thể thay đổi. Vui lòng thử lại sau ít phút.",
    "unavailable": "Hệ thống tạm thời gián đoạn. Vui lòng thử lại sau ít giây.",
    "disk-full": "Hệ thống tạm thời hết dung lượng lưu trữ nên chưa ghi nhận được. Vui lòng thử lại sau ít phút hoặc báo quản trị viên.",
    "unexpected": (
        "Hệ thống gặp sự cố ngoài dự kiến. Nội dung đồng chí nhập có thể chưa được ghi nhận; vui lòng kiểm tra lại trước khi gửi lần nữa."
    ),
}


def add_titles(titles: dict[str, str]) -> None:
    """Raises ValueError when a code already has another sentence."""
    for code, title in titles.items():
        if TITLES.setdefault(code, title) != title:
            raise ValueError(f"problem {code} has two sentences")
