"""The sentences of this service's refusals, and the names of its groups."""

from libs.common.web.titles import add_titles

add_titles({"membership-has-ended": "Tư cách này đã kết thúc trước đó."})

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
