"""The documents of the small province: some forty tasks, as a province has them in a rainy autumn. All of it is invented."""

from dataclasses import dataclass

# In which field the agencies of the story lead.
FIELD_OF = {
    "Sở Tài chính": "tai-chinh",
    "Sở Xây dựng": "xay-dung",
    "BQLDA GT, DD&CN tỉnh": "xay-dung",
    "Sở NN&MT": "nong-nghiep",
    "Sở Y tế": "y-te",
    "Sở GD&ĐT": "giao-duc",
    "Sở VHTT&DL": "van-hoa",
    "Sở Nội vụ": "noi-vu",
    "Sở KH&CN": "khoa-hoc",
    "Sở Công Thương": "cong-thuong",
    "BQL KKT Dung Quất": "cong-thuong",
    "BCHQS tỉnh": "quoc-phong",
    "CA tỉnh": "quoc-phong",
    "Sở DT&TG": "dan-toc",
    "Thanh tra tỉnh": "thanh-tra",
}


@dataclass(frozen=True)
class Ask:
    """One task of a document; `key` is what the story calls it, `lead` a short name or a group, `due` in days from today.

    `reported_by` reports in place of a lead that nobody signs in for.
    """

    key: str
    lead: str
    content: str
    due: int | None
    helping: tuple[str, ...] = ()
    product: str | None = "bao-cao"
    reported_by: str | None = None

    @property
    def field(self) -> str:
        """That of whoever leads, or the one that is everybody's."""
        return FIELD_OF.get(self.lead, "khac")


@dataclass(frozen=True)
class Document:
    kind: str
    number: str | None
    notation: str | None
    subject: str
    asks: tuple[Ask, ...]
    urgency: str = "NORMAL"


A_MONTH_AGO = (
    Document(
        "cong-van",
        "5210",
        "UBND-KTTH",
        "Đẩy nhanh giải ngân vốn đầu tư công, quyết toán dự án hoàn thành và xử lý tài sản công sau sắp xếp",
        (
            Ask("offices", "Sở Tài chính", "Báo cáo phương án xử lý 7 trụ sở dôi dư của các huyện cũ", -7, ("Sở Xây dựng", "Sở NN&MT")),
            Ask("disbursed", "Sở Tài chính", "Tổng hợp giải ngân vốn đầu tư công và phương án điều chuyển vốn", -2),
            Ask("assets", "Sở Tài chính", "Thống kê, bàn giao hồ sơ tài sản công sau sắp xếp đơn vị hành chính", None, product=None),
            Ask(
                "hospital",
                "BQLDA GT, DD&CN tỉnh",
                "Quyết toán dự án Bệnh viện Sản – Nhi tỉnh, giai đoạn 2",
                -20,
                ("Sở Tài chính", "Sở Y tế"),
            ),
            Ask("audit", "Thanh tra tỉnh", "Kiểm tra việc thực hiện kết luận kiểm toán tại 5 chủ đầu tư", 12, ("Sở Tài chính",)),
        ),
    ),
    Document(
        "thong-bao-ket-luan",
        "312",
        "TB-UBND",
        "Kết luận của Chủ tịch UBND tỉnh tại cuộc họp về bảo đảm giao thông, an toàn đê điều, hồ đập mùa mưa bão",
        (
            Ask(
                "landslides",
                "Sở Xây dựng",
                "Xử lý dứt điểm 3 điểm sạt lở taluy dương trên quốc lộ 24 qua xã Ba Động",
                -9,
                ("Xã Ba Động", "CA tỉnh"),
            ),
            Ask("crossings", "Sở Xây dựng", "Đóng 14 lối đi tự mở qua đường sắt Bắc – Nam đoạn qua tỉnh", 6, ("CA tỉnh",), "khac"),
            Ask("detour", "Sở Xây dựng", "Phương án phân luồng khi sạt lở đèo Vi Ô Lắc trên quốc lộ 24", 0, ("CA tỉnh",), "ke-hoach"),
            Ask(
                "dyke",
                "Sở NN&MT",
                "Hoàn thành gia cố 2,3 km đê biển xung yếu qua xã Mỏ Cày, xã Long Phụng",
                -5,
                ("BCHQS tỉnh", "Xã Mỏ Cày"),
            ),
            Ask("dams", "Sở NN&MT", "Rà soát an toàn hồ đập trước mùa mưa: hồ Nước Trong, hồ Núi Ngang và 41 hồ nhỏ", 2, ("Xã Ba Động",)),
        ),
        "URGENT",
    ),
    Document(
        "chi-thi",
        "14",
        "CT-UBND",
        "Chủ động ứng phó mưa lũ, sạt lở đất; bảo đảm an toàn nhà ở và sản xuất của nhân dân",
        (
            Ask(
                "houses",
                "communes",
                "Rà soát, lập danh sách hộ có nhà ở không bảo đảm an toàn, tổ chức di dời xong trước mùa mưa lũ",
                -1,
            ),
            Ask("pigs", "Sở NN&MT", "Công bố dịch tả lợn châu Phi tại xã Sơn Hạ và biện pháp khoanh vùng", -19, ("Sở Y tế",), "khac"),
            Ask("land", "Sở NN&MT", "Cập nhật cơ sở dữ liệu đất đai của 24 xã khu vực phía Tây", None, product=None),
            Ask("rescue", "BCHQS tỉnh", "Diễn tập tìm kiếm cứu nạn khu vực phía Tây", -10, ("CA tỉnh",), "khac"),
        ),
    ),
)
TWO_WEEKS_AGO = (
    Document(
        "cong-van",
        "5412",
        "UBND-KGVX",
        "Một số nhiệm vụ văn hóa, y tế, giáo dục, chuyển đổi số trọng tâm",
        (
            Ask(
                "clinics", "Sở Y tế", "Tham mưu Đề án sắp xếp trạm y tế xã theo chính quyền địa phương hai cấp", 2, ("Sở Nội vụ",), "de-an"
            ),
            Ask(
                "schools",
                "Sở GD&ĐT",
                "Bổ sung thiết bị dạy học cho 12 trường phổ thông dân tộc bán trú",
                5,
                ("Sở Tài chính", "Sở DT&TG"),
                "khac",
            ),
            Ask("mangden", "Sở VHTT&DL", "Kế hoạch Tuần lễ Văn hóa – Du lịch Măng Đen", 9, ("Sở Công Thương",), "ke-hoach"),
            Ask(
                "scanners",
                "Sở KH&CN",
                "Bố trí đủ máy quét và đường truyền cho trung tâm phục vụ hành chính công cấp xã",
                14,
                ("Sở Tài chính",),
            ),
            Ask("prestige", "Sở DT&TG", "Rà soát, lập danh sách người có uy tín trong đồng bào dân tộc thiểu số", -5),
            Ask("vaccines", "Sở Y tế", "Tiêm bổ sung vắc xin sởi cho trẻ tại các xã miền núi", 11, ("Sở DT&TG",)),
        ),
    ),
    Document(
        "cong-van",
        "5433",
        "UBND-KTN",
        "Giải quyết kiến nghị của cử tri và doanh nghiệp sau kỳ họp Hội đồng nhân dân tỉnh",
        (
            Ask("dust", "Sở NN&MT", "Trả lời kiến nghị cử tri xã Bình Minh về bụi mỏ đá Thọ Bắc", -1, ("Xã Bình Minh",)),
            Ask("rice", "Sở NN&MT", "Báo cáo diện tích lúa bị ngập tại xã Vệ Giang, xã Nghĩa Giang", 0),
            Ask(
                "power",
                "Sở Công Thương",
                "Phương án bảo đảm điện mùa khô cho Khu kinh tế Dung Quất",
                16,
                ("BQL KKT Dung Quất",),
                "ke-hoach",
            ),
            Ask(
                "road",
                "BQL KKT Dung Quất",
                "Báo cáo tiến độ bồi thường, giải phóng mặt bằng đường Hoàng Sa – Dốc Sỏi",
                -5,
                ("Xã Bình Sơn",),
            ),
            Ask("parcels", "Sở NN&MT", "Báo cáo kiểm kê đất đai của 12 xã khu vực Trà Bồng, Sơn Hà", 1, ("Xã Trà Bồng",)),
            Ask("noise", "CA tỉnh", "Xử lý karaoke gây tiếng ồn tại các khu dân cư", 3, product="khac"),
            Ask(
                "petitions",
                "VP Đoàn ĐBQH & HĐND tỉnh",
                "Thông tin kết quả giải quyết kiến nghị đến cử tri nơi tiếp xúc",
                6,
                product="khac",
                reported_by="VP UBND tỉnh",
            ),
        ),
    ),
    Document(
        "ke-hoach",
        "221",
        "KH-UBND",
        "Cải cách hành chính và chuẩn bị tổng kết công tác năm",
        (
            Ask("forms", "departments", "Rà soát, đề nghị bãi bỏ giấy tờ không cần thiết trong thủ tục của ngành", 8),
            Ask("rewards", "Sở Nội vụ", "Hướng dẫn bình xét thi đua, khen thưởng năm", 4, product="khac"),
            Ask("homes", "Sở Xây dựng", "Báo cáo tiến độ xóa nhà tạm, nhà dột nát", None, ("Sở DT&TG",)),
        ),
    ),
)
YESTERDAY = (
    Document(
        "cong-van",
        "5501",
        "UBND-KTN",
        "Quản lý rừng phòng hộ đầu nguồn và bảo đảm nước sinh hoạt mùa khô",
        (
            Ask("forest", "Sở NN&MT", "Góp ý dự thảo quy định quản lý rừng phòng hộ đầu nguồn", 7),
            Ask(
                "water",
                "Sở NN&MT",
                "Phương án cấp nước sinh hoạt cho 4 thôn thiếu nước ở xã Sơn Tây Thượng",
                16,
                ("Sở Tài chính",),
                "ke-hoach",
            ),
            Ask("ginseng", "Sở NN&MT", "Đánh giá 5 năm chương trình phát triển sâm Ngọc Linh", 33, ("Sở KH&CN",)),
        ),
    ),
    Document(
        "cong-dien",
        "9",
        "CĐ-UBND",
        "Ứng phó không khí lạnh tăng cường và mưa lớn",
        (
            Ask("watch", "Sở NN&MT", "Trực ban, theo dõi mực nước các hồ; báo cáo hằng ngày", 1, ("BCHQS tỉnh",)),
            Ask("boats", "BCHQS tỉnh", "Kêu gọi tàu thuyền vào nơi tránh trú an toàn", 0, product="khac"),
        ),
        "EXPRESS",
    ),
)
DRAFT = Document(
    "ke-hoach",
    None,
    None,
    "Kế hoạch kiểm tra kỷ luật, kỷ cương hành chính",
    (
        Ask("discipline", "Sở Nội vụ", "Kiểm tra việc chấp hành kỷ luật hành chính tại 30 xã, phường", 23, ("Thanh tra tỉnh",)),
        Ask("desks", "communes", "Tự kiểm tra và báo cáo việc tiếp nhận, trả kết quả thủ tục hành chính", None),
    ),
)
AWAITING_RELEASE = Document(
    "quyet-dinh",
    "1287",
    "QĐ-UBND",
    "Phê duyệt Chương trình chuyển đổi số của tỉnh",
    (Ask("digital", "Sở KH&CN", "Xây dựng kế hoạch chi tiết, trình Ủy ban nhân dân tỉnh ban hành", 30, product="ke-hoach"),),
)
