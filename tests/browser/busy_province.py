"""A province in the middle of its work: five weeks of directives, reports and decisions, brought in through the portal by embedded runs."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from portal.formats import sentence
from services.directory.demo import demo_members
from services.directory.domain.agency import AgencyDetails, agency_id
from services.directory.province import Province
from tests.browser.real_directives import candidates
from tests.browser.steps import clerk_of, vietnamese
from tests.embedded.runs import Run, running
from tests.embedded.visitor import Visitor
from tests.tasks.released import PDF

Found = TypeVar("Found")
PROVINCE = Province("quang-ngai")
TODAY = date(2026, 10, 14)
FIRST_DAY, SECOND_DAY = TODAY - timedelta(30), TODAY - timedelta(12)
OFFICE = "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi"
TRACKER = "Chuyên viên theo dõi nhiệm vụ"
ALL_COMMUNES = "communes"
AGENCIES = {agency.short_name: agency for agency in PROVINCE.living_agencies(TODAY)}
BY_NAME = {agency.name: agency_id(agency.key) for agency in AGENCIES.values()}
LONGEST_NAMED = max(AGENCIES.values(), key=lambda agency: len(agency.name))
LONGEST_SECONDS = 30
SIX_HUNDRED = 600
LONG_DEMAND = (
    "Khẩn trương rà soát toàn bộ khối lượng hoàn thành chưa nghiệm thu, hồ sơ thanh toán, quyết toán của các dự án thành phần thuộc "
    "Chương trình mục tiêu quốc gia xây dựng nông thôn mới; ĐỀ XUẤT phương án xử lý dứt điểm các vướng mắc về bồi thường, giải phóng "
    "mặt bằng, điều chỉnh chủ trương đầu tư; chủ trì, phối hợp với Sở Tài chính, Sở Nông nghiệp và Môi trường và Ủy ban nhân dân các "
    "xã, phường có dự án đi qua tổ chức đối thoại với người dân bị ảnh hưởng, công khai kết quả; tổng hợp, báo cáo kết quả thực hiện, "
    "nêu rõ trách nhiệm của từng tập thể, cá nhân, báo cáo Chủ tịch UBND tỉnh trước ngày họp."
)


@dataclass(frozen=True)
class Ask:
    """One task of a document; `key` is what this story calls it, `due` the days from TODAY, `lead` a short name or a group."""

    key: str
    lead: str
    content: str
    due: int | None
    helping: tuple[str, ...] = ()
    product: str = "bao-cao"


@dataclass(frozen=True)
class Document:
    kind: str
    number: str
    notation: str
    subject: str
    asks: tuple[Ask, ...]
    urgency: str = "NORMAL"


FIRST = (
    Document(
        "cong-van",
        "5210",
        "UBND-KTTH",
        "Đẩy nhanh giải ngân vốn đầu tư công, quyết toán dự án hoàn thành và xử lý tài sản công sau sắp xếp",
        (
            Ask("long", LONGEST_NAMED.short_name, LONG_DEMAND, -14, ("Sở Tài chính", "Sở NN&MT", "Xã Ba Động")),
            Ask("offices", "Sở Tài chính", "Báo cáo phương án xử lý 7 trụ sở dôi dư của các huyện cũ", -7, ("Sở Xây dựng", "Sở NN&MT")),
            Ask("disbursed", "Sở Tài chính", "Tổng hợp giải ngân vốn đầu tư công 9 tháng và phương án điều chuyển vốn", -2),
            Ask("assets", "Sở Tài chính", "Thống kê, bàn giao hồ sơ tài sản công sau sắp xếp đơn vị hành chính", None, product=""),
            Ask(
                "hospital",
                "BQLDA GT, DD&CN tỉnh",
                "Quyết toán dự án Bệnh viện Sản – Nhi tỉnh, giai đoạn 2",
                -20,
                ("Sở Tài chính", "Sở Y tế"),
            ),
        ),
    ),
    Document(
        "thong-bao-ket-luan",
        "312",
        "TB-UBND",
        "Kết luận của Chủ tịch UBND tỉnh tại cuộc họp về bảo đảm giao thông, an toàn đê điều, hồ đập mùa mưa bão năm 2026",
        (
            Ask(
                "landslides",
                "Sở Xây dựng",
                "Xử lý dứt điểm 3 điểm sạt lở taluy dương trên quốc lộ 24 qua xã Ba Động",
                -9,
                ("Xã Ba Động", "CA tỉnh"),
            ),
            Ask("crossings", "Sở Xây dựng", "Đóng 14 lối đi tự mở qua đường sắt Bắc – Nam đoạn qua tỉnh", 6, ("CA tỉnh",), product="khac"),
            Ask(
                "detour", "Sở Xây dựng", "Phương án phân luồng khi sạt lở đèo Vi Ô Lắc trên quốc lộ 24", 0, ("CA tỉnh",), product="ke-hoach"
            ),
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
                "houses", ALL_COMMUNES, "Rà soát, lập danh sách hộ có nhà ở không bảo đảm an toàn, tổ chức di dời xong trước mùa mưa lũ", -1
            ),
            Ask(
                "pigs", "Sở NN&MT", "Công bố dịch tả lợn châu Phi tại xã Sơn Hạ và biện pháp khoanh vùng", -19, ("Sở Y tế",), product="khac"
            ),
            Ask("land", "Sở NN&MT", "Cập nhật cơ sở dữ liệu đất đai của 24 xã khu vực phía Tây", None, product=""),
        ),
    ),
)
SECOND = (
    Document(
        "cong-van",
        "5412",
        "UBND-KGVX",
        "Một số nhiệm vụ văn hóa, y tế, giáo dục, chuyển đổi số quý IV năm 2026",
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
            Ask("mangden", "Sở VHTT&DL", "Kế hoạch Tuần lễ Văn hóa – Du lịch Măng Đen năm 2026", 9, ("Sở Công Thương",), "ke-hoach"),
            Ask(
                "scanners",
                "Sở KH&CN",
                "Bố trí đủ máy quét và đường truyền cho trung tâm phục vụ hành chính công cấp xã",
                14,
                ("Sở Tài chính",),
            ),
            Ask("prestige", "Sở DT&TG", "Rà soát, lập danh sách người có uy tín trong đồng bào dân tộc thiểu số năm 2027", -5),
        ),
    ),
    Document(
        "cong-van",
        "5433",
        "UBND-KTN",
        "Giải quyết kiến nghị của cử tri và doanh nghiệp sau kỳ họp thứ 4 Hội đồng nhân dân tỉnh",
        (
            Ask("dust", "Sở NN&MT", "Trả lời kiến nghị cử tri xã Bình Minh về bụi mỏ đá Thọ Bắc", -1, ("Xã Bình Minh",)),
            Ask("rice", "Sở NN&MT", "Báo cáo diện tích lúa bị ngập tại xã Vệ Giang, xã Nghĩa Giang", 0),
            Ask(
                "power",
                "Sở Công Thương",
                "Phương án bảo đảm điện mùa khô năm 2027 cho Khu kinh tế Dung Quất",
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
        ),
    ),
)
THIRD = (
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
)
DRAFT = Document(
    "ke-hoach",
    "",
    "",
    "Kế hoạch kiểm tra kỷ luật, kỷ cương hành chính quý IV năm 2026",
    (
        Ask("discipline", "Sở Nội vụ", "Kiểm tra việc chấp hành kỷ luật hành chính tại 30 xã, phường", 23, ("Thanh tra tỉnh",)),
        Ask("desks", ALL_COMMUNES, "Tự kiểm tra và báo cáo việc tiếp nhận, trả kết quả thủ tục hành chính", None),
    ),
)
SUBMITTED = Document(
    "quyet-dinh",
    "1287",
    "QĐ-UBND",
    "Phê duyệt Chương trình chuyển đổi số tỉnh Quảng Ngãi năm 2027",
    (Ask("digital", "Sở KH&CN", "Xây dựng kế hoạch chi tiết, trình Ủy ban nhân dân tỉnh ban hành", 30, product="ke-hoach"),),
)


@dataclass
class Town:
    """The run as it stands on TODAY, and what its pages are called: tasks and documents by the keys of this story."""

    run: Run
    tasks: dict[str, str] = field(default_factory=dict)
    directives: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.run.url


@contextmanager
def busy_province(data: Path) -> Iterator[Town]:
    """Three days in three runs over one folder; the last run goes on while the caller looks."""
    town: Town | None = None
    for day, work in ((FIRST_DAY, first_day), (SECOND_DAY, second_day), (TODAY, third_day)):
        with running(data, "--at", day.isoformat()) as run, Staff(run, day) as staff:
            town = Town(run, *((town.tasks, town.directives) if town else ()))
            work(Story(town, staff, day))
            if day == TODAY:
                yield town


class Staff:
    """Everybody who is signed in on one day, each in a browser of his own."""

    def __init__(self, run: Run, day: date) -> None:
        self._run, self._day = run, day
        self._here: dict[str, Visitor] = {}
        self._open = ExitStack()

    def __enter__(self) -> "Staff":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def office(self) -> Visitor:
        return self._signed_in(TRACKER, OFFICE)

    def clerk(self, agency: AgencyDetails) -> Visitor:
        return self._signed_in(clerk_of(PROVINCE, agency, self._day), agency.name)

    def _signed_in(self, position: str, agency: str) -> Visitor:
        if agency not in self._here:
            visitor = self._open.enter_context(Visitor(self._run.url))
            page = visitor.sign_in(f"{self._name_of(position, agency)} {position} {agency}")
            assert f"{position}, {agency}" in page.text, f"somebody else signed in than {position}, {agency}"
            self._here[agency] = visitor
        return self._here[agency]

    def _name_of(self, position: str, agency: str) -> str:
        """The words of one commune's name may all stand in another's, so the chooser is given a person's too."""
        return next(
            member.person.name
            for member in demo_members(PROVINCE, self._day)
            for _, place in member.memberships
            if place.position == position and place.agency_id == BY_NAME[agency]
        )


@dataclass
class Story:
    """What people do on one day."""

    town: Town
    staff: Staff
    day: date

    def register(self, document: Document, key: str) -> str:
        office = self.staff.office()
        fields: dict[str, Any] = {
            "act": "save",
            "secrecy": "NORMAL",
            "kind": document.kind,
            "urgency": document.urgency,
            "number": document.number,
            "notation": document.notation,
            "issue_date": vietnamese(self.day),
            "subject": document.subject,
        }
        for place, ask in enumerate(document.asks):
            fields |= {f"instructions-{place}-{name}": value for name, value in _fields_of(ask).items()}
        page = office.send(office.get("/directives/new"), "/directives", fields)
        found = re.search(r"/directives/([0-9a-f-]{36})$", str(page.url))
        assert found is not None, page.text
        self.town.directives[key] = found[1]
        return found[1]

    def release(self, document: Document, key: str) -> None:
        directive = self.register(document, key)
        office = self.staff.office()
        page = office.send(office.get(f"/directives/{directive}"), f"/directives/{directive}/release", {})
        assert "Đã phát hành" in page.text, page.text
        rows = until(
            lambda: re.findall(r'data-key="([0-9a-f-]{36})"', office.get(f"/directives/{directive}?part=tasks").text),
            lambda found: len(found) == len(document.asks),
        )
        self.town.tasks |= {ask.key: task for ask, task in zip(document.asks, rows, strict=True)}

    def submit_for_release(self, document: Document, key: str) -> None:
        directive = self.register(document, key)
        office = self.staff.office()
        office.send(office.get(f"/directives/{directive}"), f"/directives/{directive}/submit-for-release", {})

    def find_children(self, group: str, *communes: str) -> None:
        """Name the parts of a group task after their communes."""
        page = self.staff.office().get(f"/tasks/{self.town.tasks[group]}").text
        parts = {name: task for task, name in re.findall(r'href="/tasks/([0-9a-f-]{36})"[^>]*>.*?<span>(.*?)</span>', page)}
        self.town.tasks |= {commune: parts[commune] for commune in communes}

    def accept(self, agency: str, *keys: str) -> None:
        for key in keys:
            self._send(self.staff.clerk(AGENCIES[agency]), key, f"/tasks/{self.town.tasks[key]}", "accept", {})

    def report(self, agency: str, key: str, percent: int, content: str, difficulty: str = "", proposal: str = "") -> None:
        fields = {"percent_choice": "other", "percent": str(percent), "content": content, "difficulty": difficulty, "proposal": proposal}
        self._send(self.staff.clerk(AGENCIES[agency]), key, f"/tasks/{self.town.tasks[key]}/progress", "progress", fields)

    def complete(self, agency: str, key: str, number: str, summary: str) -> None:
        fields = {"report_number": number, "report_date": vietnamese(self.day), "summary": summary}
        page = f"/tasks/{self.town.tasks[key]}/completion"
        self._send(self.staff.clerk(AGENCIES[agency]), key, page, "completion", fields, {"file": ("bao-cao.pdf", PDF, "application/pdf")})

    def confirm(self, key: str, quality: str = "SATISFACTORY", comment: str = "") -> None:
        task = self.town.tasks[key]
        office = self.staff.office()
        page = office.send(office.get(f"/confirm/{task}"), f"/confirm/{task}/confirm", {"quality": quality, "comment": comment})
        assert "decided=" in str(page.url), page.text

    def give_back(self, key: str, reason: str) -> None:
        task = self.town.tasks[key]
        office = self.staff.office()
        page = office.send(office.get(f"/confirm/{task}"), f"/confirm/{task}/return", {"reason": reason})
        assert "decided=" in str(page.url), page.text

    def _send(self, clerk: Visitor, key: str, page: str, act: str, fields: dict[str, str], files: Any = None) -> None:
        answer = clerk.send(clerk.get(page), f"/tasks/{self.town.tasks[key]}/{act}", fields, files)
        assert answer.status_code == 200, f"{act} of {key}: {answer.text}"


def first_day(story: Story) -> None:
    for document in FIRST:
        story.release(document, document.number)
    story.accept("BQLDA GT, DD&CN tỉnh", "hospital")
    story.accept(LONGEST_NAMED.short_name, "long")
    story.accept("Sở Tài chính", "offices", "disbursed", "assets")
    story.accept("Sở Xây dựng", "landslides", "crossings", "detour")
    story.accept("Sở NN&MT", "dyke", "dams", "pigs", "land")
    story.report("Sở NN&MT", "dyke", 15, "Đã huy động 4 máy đào, tập kết 1.200 m³ đá hộc tại chân công trình.")
    story.find_children("houses", "Xã Ba Động", "Xã Mỏ Cày", "Xã Bình Minh", "Xã Trà Bồng")
    for commune in ("Xã Ba Động", "Xã Mỏ Cày", "Xã Bình Minh"):
        story.accept(commune, commune)


def second_day(story: Story) -> None:
    for document in SECOND:
        story.release(document, document.number)
    for real in real_documents(story.day):
        story.release(real, real.number)
    story.report("BQLDA GT, DD&CN tỉnh", "hospital", 70, "Đã thẩm tra xong 9/12 gói thầu.", "Nhà thầu gói 07 chưa nộp hồ sơ hoàn công.")
    story.report("Sở NN&MT", "dyke", 55, "Đã đổ bê tông 1,3 km; còn 1,0 km qua xã Long Phụng.")
    story.report("Sở NN&MT", "dams", 40, "Đã kiểm tra 26/43 hồ; hồ Núi Ngang phải gia cố tràn xả lũ.")
    story.report("Sở Xây dựng", "landslides", 30, "Đã hót dọn đất đá, thông xe một làn.")
    story.complete("Sở Xây dựng", "detour", "412/PA-SXD", "Đã ban hành phương án phân luồng hai hướng, lắp 18 biển báo và lập 2 chốt trực.")
    story.confirm("detour", "GOOD", "Phương án rõ, khả thi.")
    story.complete(
        "Sở Tài chính", "disbursed", "988/BC-STC", "Đến 30/9 giải ngân 61,4% kế hoạch; đề nghị điều chuyển 212 tỷ đồng giữa 9 dự án."
    )
    story.confirm("disbursed")
    story.complete(
        "Sở NN&MT", "pigs", "1544/BC-SNNMT", "Đã công bố dịch, khoanh vùng 3 thôn, tiêu hủy 412 con; 21 ngày không phát sinh ổ dịch mới."
    )
    story.confirm("pigs")
    story.accept("BQL KKT Dung Quất", "road")
    story.accept("Sở NN&MT", "dust", "rice", "parcels")
    story.accept("Sở Y tế", "clinics")
    story.accept("Sở GD&ĐT", "schools")
    story.accept("Sở DT&TG", "prestige")
    story.complete("Xã Ba Động", "Xã Ba Động", "88/BC-UBND", "Rà soát 214 hộ; di dời xong 37 hộ ở thôn Nước Lô.")
    story.confirm("Xã Ba Động", "GOOD")
    story.report("Xã Mỏ Cày", "Xã Mỏ Cày", 60, "Đã lập danh sách 96 hộ, di dời 51 hộ.")


def third_day(story: Story) -> None:
    for document in THIRD:
        story.release(document, document.number)
    story.report(
        LONGEST_NAMED.short_name,
        "long",
        45,
        "Đã nghiệm thu 11/19 dự án thành phần.",
        "Ba dự án vướng mặt bằng.",
        "Đề nghị gia hạn đến 30/10/2026.",
    )
    story.report(
        "Sở NN&MT", "dyke", 82, "Còn 400 m chưa đổ bê tông.", "Mưa lớn từ 06/10, không thi công được.", "Cho phép hoàn thành ngày 18/10."
    )
    story.report("Sở NN&MT", "dams", 85, "Đã kiểm tra 41/43 hồ, lập xong phương án cho 12 hồ xung yếu.")
    story.report("Sở Xây dựng", "crossings", 50, "Đã đóng 9/14 lối; 5 lối chờ ngành đường sắt bàn giao rào chắn.")
    story.report("Sở Y tế", "clinics", 55, "Đã lấy ý kiến 96 xã, phường, đặc khu; đang hoàn thiện dự thảo Đề án.")
    story.complete("Sở DT&TG", "prestige", "301/BC-SDTTG", "Đã rà soát 1.127 người có uy tín tại 482 thôn.")
    story.confirm("prestige")
    story.complete("Sở NN&MT", "rice", "1602/BC-SNNMT", "Diện tích lúa bị ngập 318 ha, mất trắng 74 ha; đã đề nghị hỗ trợ 2,1 tỷ đồng.")
    story.complete("Sở NN&MT", "dust", "1603/BC-SNNMT", "Đã kiểm tra 3 mỏ, xử phạt 1 doanh nghiệp, yêu cầu phun nước 4 lần/ngày.")
    story.complete("BQL KKT Dung Quất", "road", "219/BC-BQL", "Đã chi trả 128/141 hộ; bàn giao 6,2/7,0 km mặt bằng.")
    story.complete("Sở NN&MT", "parcels", "1604/BC-SNNMT", "Đã kiểm kê xong 12 xã.")
    story.give_back("parcels", "Báo cáo thiếu số liệu của xã Sơn Hà và chưa có phụ lục bản đồ; đề nghị bổ sung trước ngày 20/10.")
    story.complete("Xã Mỏ Cày", "Xã Mỏ Cày", "102/BC-UBND", "Đã di dời xong 96 hộ có nhà ở không bảo đảm an toàn.")
    story.accept("Xã Trà Bồng", "Xã Trà Bồng")
    for agency, key, number, summary in (
        ("Sở GD&ĐT", "schools", "455/BC-SGDDT", "Đã bàn giao 312 bộ thiết bị cho 12 trường."),
        ("Sở VHTT&DL", "mangden", "61/KH-SVHTTDL", "Đã ban hành kế hoạch, phân công 9 đơn vị."),
        ("Sở KH&CN", "scanners", "240/BC-SKHCN", "96 trung tâm có đủ máy quét, đường truyền tối thiểu 200 Mb/giây."),
        ("Sở Công Thương", "power", "88/KH-SCT", "Phương án đã thống nhất với Công ty Điện lực Quảng Ngãi."),
        ("Sở NN&MT", "land", "1610/BC-SNNMT", "Đã cập nhật 24/24 xã, 412.000 thửa đất."),
    ):
        if key not in ("schools", "land"):
            story.accept(agency, key)
        story.complete(agency, key, number, summary)
        story.confirm(key, "GOOD")
    story.register(DRAFT, "draft")
    story.submit_for_release(SUBMITTED, "submitted")


def real_documents(day: date) -> Iterator[Document]:
    """Two documents of each kind in wording taken from real ones, of the passages the browser story draws from too."""
    for kind, found in candidates(PROVINCE, day).items():
        for number, real in enumerate(found[:2]):
            asks = tuple(
                Ask(
                    f"{real.doc_id}-{place}",
                    demand.lead.short_name,
                    sentence(demand.content),
                    (demand.due - TODAY).days if demand.due else None,
                    tuple(agency.short_name for agency in demand.coordinating),
                    demand.deliverable or "",
                )
                for place, demand in enumerate(real.demands)
            )
            yield Document(kind, str(700 + 10 * len(kind) + number), "UBND-TH", f"Tăng cường thực hiện nhiệm vụ: {real.subject}", asks)


def _fields_of(ask: Ask) -> dict[str, object]:
    due = vietnamese(TODAY + timedelta(ask.due)) if ask.due is not None else ""
    lead = None if ask.lead == ALL_COMMUNES else AGENCIES[ask.lead]
    return {
        "content": ask.content,
        "lead": lead.name if lead else "",
        "lead_id": str(agency_id(lead.key)) if lead else "",
        "lead_group": "" if lead else ALL_COMMUNES,
        "coordinating_id": [str(agency_id(AGENCIES[name].key)) for name in ask.helping],
        "deadline_class": "DATED" if due else "NONE",
        "due": due,
        "deadline_wording": f"trước ngày {due}" if due else "",
        "no_deadline_reason": "" if due else "Nhiệm vụ thường xuyên",
        "deliverable": ask.product,
    }


def until(look: Callable[[], Found], right: Callable[[Found], bool]) -> Found:
    """What is seen once it is right: events travel between services. Raises AssertionError when it never is."""
    end = time.monotonic() + LONGEST_SECONDS
    while not right(seen := look()):
        assert time.monotonic() < end, f"still {seen}"
        time.sleep(0.05)
    return seen
