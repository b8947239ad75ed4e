"""A small province in the middle of its work, told day by day: what a newcomer finds at the first start. Some tasks in every state."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from uuid import UUID

from libs.common.actor import Actor
from libs.common.clock import VIETNAM, vietnam_date
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.contracts.working_days import ONE_DAY, is_working_day
from seed.cast import Cast
from seed.lives import Accept, Act, Confirm, Course, DocumentLife, Report, Return, Submit
from seed.small_documents import A_MONTH_AGO, AWAITING_RELEASE, DRAFT, TWO_WEEKS_AGO, YESTERDAY, Ask, Document
from services.directives.domain.draft import Assignment, Draft, InstructionDraft
from services.directives.domain.vocabulary import (
    NORMAL_SECRECY,
    AssignmentRole,
    DeadlineClass,
    Deliverable,
    DirectiveKind,
    Urgency,
)

# Each document is entered so long after the one before it, each act of its tasks later on that day or another.
BETWEEN_DOCUMENTS = timedelta(minutes=20)
BETWEEN_ACTS = timedelta(minutes=3)
MORNING, NOON = time(8), time(13)


@dataclass(frozen=True)
class Days:
    """The three days of the story, all of them before today and worked on."""

    first: date
    second: date
    third: date

    @staticmethod
    def before(today: date) -> "Days":
        return Days(_worked(today - timedelta(30)), _worked(today - timedelta(12)), _worked(today - ONE_DAY))


def _worked(day: date) -> date:
    while not is_working_day(day):
        day -= ONE_DAY
    return day


def small_province(cast: Cast, today: date) -> list[DocumentLife]:
    return list(_Telling(cast, today).lives())


class _Telling:
    def __init__(self, cast: Cast, today: date) -> None:
        self._cast = cast
        self._today = today
        self._days = Days.before(today)
        self._clock = datetime.combine(self._days.first, NOON, VIETNAM)
        self._courses: dict[str, list[Act]] = {}
        told = [ask for one in (*A_MONTH_AGO, *TWO_WEEKS_AGO, *YESTERDAY) for ask in one.asks]
        self._reporting = {ask.key: ask.reported_by or ask.lead for ask in told}

    def lives(self) -> Iterator[DocumentLife]:
        days = self._days
        self._first_afternoon()
        self._second_afternoon()
        self._third_afternoon()
        for day, documents in ((days.first, A_MONTH_AGO), (days.second, TWO_WEEKS_AGO), (days.third, YESTERDAY)):
            for place, document in enumerate(documents):
                yield self._released(document, day, place)
        yield self._draft(DRAFT, handed_in=False)
        yield self._draft(AWAITING_RELEASE, handed_in=True)

    def _first_afternoon(self) -> None:
        self._begin(self._days.first)
        self._accept(
            "hospital", "offices", "disbursed", "assets", "landslides", "crossings", "detour", "dyke", "dams", "pigs", "land", "rescue"
        )
        self._report("dyke", 15, "Đã huy động 4 máy đào, tập kết 1.200 m³ đá hộc tại chân công trình.")

    def _second_afternoon(self) -> None:
        self._begin(self._days.second)
        self._report("hospital", 70, "Đã thẩm tra xong 9/12 gói thầu.", "Nhà thầu gói 07 chưa nộp hồ sơ hoàn công.")
        self._report("dyke", 55, "Đã đổ bê tông 1,3 km; còn 1,0 km qua xã Long Phụng.")
        self._report("dams", 40, "Đã kiểm tra 26/43 hồ; hồ Núi Ngang phải gia cố tràn xả lũ.")
        self._report("landslides", 30, "Đã hót dọn đất đá, thông xe một làn.")
        self._complete("detour", "412/PA-SXD", "Đã ban hành phương án phân luồng hai hướng, lắp 18 biển báo và lập 2 chốt trực.")
        self._confirm("detour", "GOOD", "Phương án rõ, khả thi.")
        self._complete("disbursed", "988/BC-STC", "Đã giải ngân 61,4% kế hoạch; đề nghị điều chuyển 212 tỷ đồng giữa 9 dự án.")
        self._confirm("disbursed")
        self._complete("pigs", "1544/BC-SNNMT", "Đã công bố dịch, khoanh vùng 3 thôn; 21 ngày không phát sinh ổ dịch mới.")
        self._confirm("pigs")
        self._complete("rescue", "77/BC-BCHQS", "Đã diễn tập 2 tình huống với 180 người tham gia.")
        self._confirm("rescue", "GOOD")
        self._accept("road", "dust", "rice", "parcels", "clinics", "schools", "prestige", "audit", "rewards", "noise", "vaccines")
        self._accept("petitions")

    def _third_afternoon(self) -> None:
        self._begin(self._days.third)
        delay = "Mưa lớn nhiều ngày, không thi công được."
        self._report("dyke", 82, "Còn 400 m chưa đổ bê tông.", delay, "Cho phép hoàn thành sau mưa.")
        self._report("dams", 85, "Đã kiểm tra 41/43 hồ, lập xong phương án cho 12 hồ xung yếu.")
        self._report("crossings", 50, "Đã đóng 9/14 lối; 5 lối chờ ngành đường sắt bàn giao rào chắn.")
        self._report("clinics", 55, "Đã lấy ý kiến 96 xã, phường, đặc khu; đang hoàn thiện dự thảo Đề án.")
        self._report("audit", 20, "Đã thống nhất kế hoạch kiểm tra với 5 chủ đầu tư.")
        self._report("vaccines", 65, "Đã tiêm 4.120/6.300 trẻ.")
        self._report("petitions", 30, "Đã gửi kết quả giải quyết đến 14/48 điểm tiếp xúc cử tri.")
        self._complete("prestige", "301/BC-SDTTG", "Đã rà soát 1.127 người có uy tín tại 482 thôn.")
        self._confirm("prestige")
        self._complete("rice", "1602/BC-SNNMT", "Diện tích lúa bị ngập 318 ha, mất trắng 74 ha; đã đề nghị hỗ trợ 2,1 tỷ đồng.")
        self._complete("dust", "1603/BC-SNNMT", "Đã kiểm tra 3 mỏ, xử phạt 1 doanh nghiệp, yêu cầu phun nước 4 lần/ngày.")
        self._complete("road", "219/BC-BQL", "Đã chi trả 128/141 hộ; bàn giao 6,2/7,0 km mặt bằng.")
        self._complete("parcels", "1604/BC-SNNMT", "Đã kiểm kê xong 12 xã.")
        self._return("parcels", "Báo cáo thiếu số liệu của xã Sơn Hà và chưa có phụ lục bản đồ; đề nghị bổ sung.")
        self._accept("mangden", "scanners", "power")
        for key, number, summary in (
            ("schools", "455/BC-SGDDT", "Đã bàn giao 312 bộ thiết bị cho 12 trường."),
            ("mangden", "61/KH-SVHTTDL", "Đã ban hành kế hoạch, phân công 9 đơn vị."),
            ("scanners", "240/BC-SKHCN", "96 trung tâm có đủ máy quét, đường truyền tối thiểu 200 Mb/giây."),
            ("power", "88/KH-SCT", "Phương án đã thống nhất với Công ty Điện lực Quảng Ngãi."),
            ("land", "1610/BC-SNNMT", "Đã cập nhật 24/24 xã, 412.000 thửa đất."),
        ):
            self._complete(key, number, summary)
            self._confirm(key, "GOOD")

    def _begin(self, day: date) -> None:
        self._clock = datetime.combine(day, NOON, VIETNAM)

    def _now(self) -> datetime:
        self._clock += BETWEEN_ACTS
        return self._clock.astimezone(UTC)

    def _done(self, key: str, act: Act) -> None:
        self._courses.setdefault(key, []).append(act)

    def _clerk(self, key: str) -> Actor:
        return self._cast.staff(self._cast.named(self._reporting[key])).clerk

    def _accept(self, *keys: str) -> None:
        for key in keys:
            self._done(key, Accept(self._now(), self._clerk(key)))

    def _report(self, key: str, percent: int, content: str, difficulty: str | None = None, proposal: str | None = None) -> None:
        self._done(key, Report(self._now(), self._clerk(key), percent, content, difficulty, proposal))

    def _complete(self, key: str, number: str, summary: str) -> None:
        at = self._now()
        self._done(key, Submit(at, self._clerk(key), number, vietnam_date(at), summary))

    def _confirm(self, key: str, quality: str = "SATISFACTORY", comment: str | None = None) -> None:
        self._done(key, Confirm(self._now(), self._cast.trackers[0], quality, comment))

    def _return(self, key: str, reason: str) -> None:
        self._done(key, Return(self._now(), self._cast.trackers[0], reason))

    def _released(self, document: Document, day: date, place: int) -> DocumentLife:
        at = (datetime.combine(day, MORNING, VIETNAM) + place * BETWEEN_DOCUMENTS).astimezone(UTC)
        tracker = self._cast.trackers[0]
        draft = self._drafted(document, day)
        courses: dict[tuple[int, UUID], Course] = {}
        for ordinal, ask in enumerate(document.asks, start=1):
            if ask.lead not in AGENCY_GROUPS:
                courses[ordinal, self._cast.named(ask.lead)] = tuple(self._courses.get(ask.key, ()))
                continue
            assert tracker.agency_id is not None
            members = self._cast.members(ask.lead, issuing=tracker.agency_id)
            courses |= {(ordinal, member): course for member, course in self._parts(members, day)}
        return DocumentLife(draft, Act(at, tracker), None, None, None, Act(at + BETWEEN_ACTS, tracker), courses)

    def _parts(self, members: Iterable[UUID], day: date) -> Iterator[tuple[UUID, Course]]:
        """What the members of a group have done by today: each as far as its turn says."""
        accepted, reported = datetime.combine(day, NOON, VIETNAM), datetime.combine(_worked(day + timedelta(4)), NOON, VIETNAM)
        submitted = datetime.combine(self._days.third, MORNING, VIETNAM)
        for place, (member, steps) in enumerate(zip(members, cycle((1, 2, 4, 3, 0, 4, 2)), strict=False)):
            clerk, shift = self._cast.staff(member).clerk, timedelta(minutes=place)
            course: Course = (
                Accept((accepted + shift).astimezone(UTC), clerk),
                Report((reported + shift).astimezone(UTC), clerk, 60, "Đã lập danh sách, đang đối chiếu tại thôn, tổ dân phố."),
                Submit(
                    (submitted + shift).astimezone(UTC), clerk, f"{place + 40}/BC-UBND", self._days.third, "Đã rà soát, thực hiện xong."
                ),
                Confirm((submitted + shift + timedelta(hours=2)).astimezone(UTC), self._cast.trackers[0], "SATISFACTORY"),
            )
            yield member, course[:steps]

    def _draft(self, document: Document, *, handed_in: bool) -> DocumentLife:
        at = self._now()
        tracker = self._cast.trackers[0]
        submitted = Act(at + BETWEEN_ACTS, tracker) if handed_in else None
        return DocumentLife(self._drafted(document, self._days.third), Act(at, tracker), None, None, submitted, None, {})

    def _drafted(self, document: Document, issue_date: date) -> Draft:
        return Draft(
            secrecy=NORMAL_SECRECY,
            kind=DirectiveKind(document.kind),
            number=document.number,
            notation=document.notation,
            issue_date=issue_date,
            urgency=Urgency(document.urgency),
            subject=document.subject,
            signer=None,
            instructions=tuple(self._instruction(ask) for ask in document.asks),
        )

    def _instruction(self, ask: Ask) -> InstructionDraft:
        group = ask.lead if ask.lead in AGENCY_GROUPS else None
        lead = () if group else (Assignment(self._cast.named(ask.lead), AssignmentRole.LEAD),)
        helping = (Assignment(self._cast.named(name), AssignmentRole.COORDINATING) for name in ask.helping)
        due = None if ask.due is None else self._today + timedelta(ask.due)
        return InstructionDraft(
            content=ask.content,
            deliverable=Deliverable(ask.product) if ask.product else None,
            deadline_class=DeadlineClass.NONE if due is None else DeadlineClass.DATED,
            deadline_wording=None if due is None else f"trước ngày {due:%d/%m/%Y}",
            due=due,
            no_deadline_reason="Nhiệm vụ thường xuyên" if due is None else None,
            assignments=(*lead, *helping),
            lead_group=group,
            field=ask.field,
            reporting_agency_id=self._cast.named(ask.reported_by) if ask.reported_by else None,
        )
