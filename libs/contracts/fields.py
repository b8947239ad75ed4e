"""Lĩnh vực: the fields of work by which tasks are found and counted, as the offices of the province divide them."""

from collections.abc import Mapping

FIELDS: Mapping[str, str] = {
    "tai-chinh": "Tài chính – ngân sách",
    "ke-hoach": "Kế hoạch – đầu tư",
    "xay-dung": "Xây dựng – giao thông",
    "nong-nghiep": "Nông nghiệp – môi trường",
    "y-te": "Y tế",
    "giao-duc": "Giáo dục – đào tạo",
    "van-hoa": "Văn hoá – thể thao – du lịch",
    "noi-vu": "Nội vụ",
    "tu-phap": "Tư pháp – pháp chế",
    "khoa-hoc": "Khoa học – công nghệ – chuyển đổi số",
    "cong-thuong": "Công thương",
    "quoc-phong": "Quốc phòng – an ninh",
    "dan-toc": "Dân tộc – tôn giáo",
    "lao-dong": "Lao động – xã hội",
    "thanh-tra": "Thanh tra – tiếp công dân",
    "khac": "Khác",
}
"""Key → name. A key is in events and rows for good; a name may be bettered."""
