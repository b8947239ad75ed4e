"""The sentences of the refusals of managing people."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "own-rights": "Không ai tự giao hoặc tự bỏ quyền của chính mình. Vui lòng nhờ người khác có thẩm quyền.",
        "role-not-yours-to-give": "Vai trò này vượt quá những vai trò mà đồng chí được giao hoặc chấm dứt.",
        "head-not-yours-to-name": "Người đứng đầu cơ quan do cấp trên bổ nhiệm; chỉ quản trị viên của tỉnh được ghi hoặc chấm dứt.",
        "role-not-of-this-agency": "Cơ quan loại này không có vai trò đó.",
        "last-who-manages": (
            "Sau thay đổi này, cơ quan không còn ai quản lý được người của mình. "
            "Chỉ quản trị viên của tỉnh được làm như vậy, và phải xác nhận là đã biết."
        ),
        "last-administrator": "Đây là quản trị viên cuối cùng của tỉnh. Vui lòng giao quyền quản trị cho người khác trước.",
        "membership-has-ended": "Tư cách này đã kết thúc trước đó.",
        "membership-ends-earlier": "Tư cách này vốn kết thúc không muộn hơn ngày đó. Nếu người này ở lại, vui lòng giao một tư cách mới.",
        "membership-last-day-is-over": "Ngày cuối cùng phải là hôm nay hoặc một ngày sắp tới.",
        "membership-from-the-past": "Tư cách chỉ có thể bắt đầu từ hôm nay hoặc một ngày sắp tới.",
        "membership-ends-before-it-begins": "Ngày cuối cùng phải sau ngày bắt đầu.",
        "membership-known": "Người này đã giữ vai trò đó tại cơ quan trong thời gian này.",
        "agency-not-living": "Cơ quan không hoạt động vào ngày đó.",
        "agency-has-head": "Cơ quan đã có người đứng đầu trong thời gian này. Vui lòng kết thúc tư cách của người đó trước.",
        "officer-code-of-another": "Số hiệu này thuộc về một người có họ tên khác. Vui lòng kiểm tra lại số hiệu và họ tên.",
        "person-not-of-agency": "Người này chưa từng làm việc tại cơ quan. Vui lòng thêm người bằng số hiệu và họ tên.",
        "role-as-before": "Chức vụ, vai trò và thời hạn vẫn như cũ; không có gì thay đổi.",
    }
)
