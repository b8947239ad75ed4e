"""The sentences of this service's refusals."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "action-not-allowed": "Việc này không thực hiện được ở trạng thái hiện tại của nhiệm vụ.",
        "already-accepted": "Nhiệm vụ đã được tiếp nhận.",
        "leads-already": "Cơ quan này đã là cơ quan chủ trì của nhiệm vụ.",
        "group-has-no-lead": "Nhiệm vụ giao cho một nhóm không có cơ quan chủ trì chung; mỗi phần việc có cơ quan chủ trì riêng.",
        "not-accepted": "Nhiệm vụ chưa được tiếp nhận. Vui lòng tiếp nhận trước khi báo cáo.",
        "awaits-confirmation": "Kết quả đang chờ Văn phòng xác nhận, chưa thể báo cáo thêm.",
        "already-confirmed": "Nhiệm vụ đã được xác nhận hoàn thành.",
        "own-result": "Đồng chí đã nhập hoặc gửi kết quả này nên không tự xác nhận; lãnh đạo hoặc chuyên viên khác của Văn phòng xác nhận.",
        "office-leader-confirms": "Kết quả do Văn phòng hoặc UBND tỉnh báo cáo; lãnh đạo Văn phòng không tham gia nhập, gửi sẽ xác nhận.",
        "no-result-to-decide": "Nhiệm vụ không có kết quả nào đang chờ xác nhận.",
        "result-is-returned": "Kết quả đã bị trả lại. Vui lòng báo cáo lại kết quả hoàn thành.",
        "report-date-in-future": "Ngày của văn bản báo cáo không được sau ngày hôm nay.",
        "file-missing": "Báo cáo hoàn thành phải kèm tệp văn bản báo cáo.",
        "unknown-file": "Không tìm thấy tệp đã tải lên cho nhiệm vụ này.",
        "file-damaged": "Tệp lưu trữ bị mất hoặc không còn nguyên vẹn nên không mở được. Vui lòng báo quản trị hệ thống.",
        "file-empty": "Tệp không có nội dung.",
        "file-type-not-allowed": "Chỉ nhận tệp PDF hoặc ảnh PNG, JPEG.",
        "file-not-what-it-says": "Nội dung tệp không khớp với tên hoặc loại tệp.",
        "no-file": "Yêu cầu phải kèm đúng một tệp.",
        "not-overdue": "Nhiệm vụ chưa quá hạn.",
    }
)
