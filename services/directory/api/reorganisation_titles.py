"""The sentences of what is refused when agencies are reorganised."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "agency-name-planned": "Tên hoặc mã này đã dành cho một cơ quan mới trong phương án sắp xếp sắp có hiệu lực.",
        "reorganisation-not-to-come": "Việc sắp xếp chỉ được hẹn cho một ngày sắp tới; không cho hôm nay hoặc ngày đã qua.",
        "reorganisation-wrong-number": "Số cơ quan chưa phù hợp với hình thức sắp xếp này.",
        "reorganisation-named-twice": "Một cơ quan được nêu hai lần.",
        "reorganisation-succeeds-itself": "Cơ quan kết thúc không thể tự kế thừa chính mình.",
        "agency-kind-abolished": "Cấp huyện đã kết thúc từ ngày 01/7/2025; không thành lập mới.",
        "reorganisation-agency-not-living": "Cơ quan này không có trong danh bạ hoặc không còn hoạt động vào ngày đó.",
        "reorganisation-agency-in-another-plan": "Cơ quan này đã có trong một phương án khác. Vui lòng thu hồi phương án đó trước.",
        "reorganisation-in-effect": "Phương án đã đến ngày có hiệu lực nên không thu hồi được nữa.",
        "reorganisation-withdrawn": "Phương án này đã được thu hồi trước đó.",
    }
)
