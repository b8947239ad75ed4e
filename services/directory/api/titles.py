"""The sentences of this service's refusals, and the names of its groups."""

from libs.common.web.titles import add_titles

add_titles(
    {
        "too-many-names": "Danh sách có quá nhiều tên để tra cùng một lúc. Vui lòng chia thành nhiều phần.",
        "agency-kind-not-addable": "Cơ quan loại này chỉ hình thành khi sắp xếp đơn vị hành chính, không thêm riêng lẻ được.",
        "agency-central-of-another-kind": "Chỉ cơ quan ngoài khối chính quyền của tỉnh mới có thể là cơ quan Trung ương.",
        "agency-from-the-past": "Cơ quan mới chỉ có thể hoạt động từ hôm nay hoặc một ngày sắp tới.",
        "agency-parent-not-living": "Cơ quan cấp trên không có trong danh bạ hoặc không hoạt động vào ngày đó.",
        "agency-name-taken": "Một cơ quan đang hoạt động đã mang tên này.",
        "agency-code-taken": "Một cơ quan đang hoạt động đã mang mã này.",
        "agency-alias-known": "Cơ quan này vốn đã có tên đó.",
        "agency-alias-unknown": "Cơ quan này không có tên khác nào như vậy.",
        "agency-too-many-aliases": "Cơ quan này đã có quá nhiều tên khác. Vui lòng bỏ bớt tên không dùng.",
        "change-not-to-come": "Quy định chỉ được thay đổi cho một ngày sắp tới; không thay đổi cho hôm nay hoặc ngày đã qua.",
        "nothing-changes": "Giá trị này vốn đã áp dụng vào ngày đó; không có gì thay đổi.",
        "nothing-planned": "Không có thay đổi nào được dự kiến cho ngày này, hoặc thay đổi đã được thu hồi trước đó.",
        "setting-value-wrong": "Giá trị này không hợp lệ đối với quy định.",
        "calendar-days-wrong": "Có ngày trong lịch chưa đúng. Vui lòng kiểm tra lại.",
        "calendar-day-not-to-come": "Lịch mới chỉ được thay đổi những ngày kể từ ngày bắt đầu áp dụng.",
        "later-calendar-planned": (
            "Đã có lịch dự kiến áp dụng từ một ngày muộn hơn, lịch đó sẽ bỏ qua thay đổi này. Vui lòng thu hồi lịch dự kiến đó trước."
        ),
        "day-of-another-year": "Ngày này không thuộc năm của lịch.",
        "day-named-twice": "Ngày này đã có trong lịch.",
        "type-does-not-fit-the-week": (
            "Ngày làm bù phải rơi vào thứ Bảy hoặc Chủ nhật; ngày nghỉ bù, nghỉ hoán đổi phải rơi vào ngày từ thứ Hai đến thứ Sáu."
        ),
    }
)

GROUP_NAMES = {
    "communes": "Các xã, phường, đặc khu",
    "rural-communes": "Các xã",
    "wards": "Các phường",
    "departments": "Các sở, ban, ngành",
    "departments-and-central-branches": "Các sở, ban, ngành và cơ quan Trung ương trên địa bàn",
    "public-units": "Các đơn vị sự nghiệp",
    "mass-organisations": "Mặt trận và các đoàn thể",
    "state-enterprises": "Các doanh nghiệp nhà nước",
}
