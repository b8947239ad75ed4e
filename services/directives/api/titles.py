"""The sentences of this service's refusals."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "secrecy-not-allowed": "Văn bản mật không được nhập vào hệ thống. Nội dung vừa gửi không được lưu.",
        "issue-date-in-future": "Ngày ban hành không được sau ngày hôm nay.",
        "no-instructions": "Văn bản phải có ít nhất một nhiệm vụ.",
        "no-lead": "Mỗi nhiệm vụ phải có một cơ quan chủ trì.",
        "two-leads": "Mỗi nhiệm vụ chỉ có một cơ quan chủ trì; các cơ quan khác là phối hợp.",
        "agency-twice": "Một cơ quan chỉ được ghi một lần trong cùng nhiệm vụ.",
        "unknown-agency": "Cơ quan không có trong danh bạ hoặc đã ngừng hoạt động.",
        "unknown-group": "Nhóm cơ quan không có trong danh bạ.",
        "unknown-field": "Lĩnh vực không có trong danh mục.",
        "lead-without-account": (
            "Cơ quan này không có tài khoản để tiếp nhận và báo cáo trên hệ thống (cấp ủy, cơ quan trung ương, tổ chức ngoài hệ thống). "
            "Vui lòng chọn cơ quan báo cáo thay, hoặc ghi là cơ quan phối hợp."
        ),
        "reporting-agency-without-account": "Cơ quan báo cáo thay không có tài khoản để tiếp nhận và báo cáo trên hệ thống.",
        "reporting-agency-not-needed": "Cơ quan chủ trì tự báo cáo trên hệ thống, nên không ghi cơ quan báo cáo thay.",
        "text-too-long": "Nội dung quá dài. Vui lòng rút gọn, hoặc tách thành nhiều nhiệm vụ.",
        "too-many-agencies": "Mỗi nhiệm vụ ghi tên không quá 200 cơ quan, giao theo nhóm không quá 300 cơ quan. Vui lòng tách nhiệm vụ.",
        "document-registered-already": (
            "Văn bản cùng cơ quan ban hành, số, ký hiệu và năm đã được đăng ký. Nếu là văn bản khác, vui lòng nêu lý do."
        ),
        "group-too-small": "Nhóm tự lập phải có ít nhất hai cơ quan. Nếu chỉ có một, vui lòng ghi là cơ quan chủ trì.",
        "agency-of-another-province": "Cơ quan này không thuộc tỉnh, nên không thể nằm trong nhóm được giao nhiệm vụ.",
        "member-without-account": (
            "Cơ quan này không có tài khoản để tiếp nhận và báo cáo trên hệ thống, nên không thể nằm trong nhóm. "
            "Vui lòng bỏ khỏi nhóm, hoặc giao bằng một nhiệm vụ riêng."
        ),
        "left-out-of-no-group": "Chỉ trừ ra được cơ quan khi nhiệm vụ giao cho một nhóm có trong danh bạ.",
        "left-out-is-no-member": "Cơ quan này không thuộc nhóm, nên không cần trừ ra.",
        "empty-group": "Nhóm cơ quan hiện không có cơ quan nào đang hoạt động.",
        "due-missing": "Nhiệm vụ có thời hạn phải ghi ngày đến hạn.",
        "due-without-deadline": "Nhiệm vụ không thời hạn thì không ghi ngày đến hạn.",
        "due-before-issue": "Ngày đến hạn không được trước ngày ban hành văn bản.",
        "no-deadline-reason-missing": "Nhiệm vụ yêu cầu sản phẩm mà không có thời hạn thì phải nêu lý do.",
        "already-released": "Văn bản đã phát hành, không thể thay đổi hoặc phát hành lần nữa.",
        "already-submitted": "Văn bản đã được trình, đang chờ lãnh đạo Văn phòng phát hành.",
    }
)
