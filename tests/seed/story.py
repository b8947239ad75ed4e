"""One short story with everything in it: a group, every state, a return, late and early results, drafts in both states."""

from datetime import UTC, date, datetime, time, timedelta

from libs.common.actor import Actor
from libs.common.clock import VIETNAM, vietnam_date
from seed.cast import Cast
from seed.lives import Accept, Act, Confirm, DocumentLife, Report, Return, Submit
from services.directives.domain.draft import Assignment, Draft, InstructionDraft
from services.directives.domain.vocabulary import AssignmentRole, DeadlineClass, Deliverable, DirectiveKind, Urgency
from services.directory.province import Province

FIRST_DAY, LAST_DAY = date(2026, 3, 2), date(2026, 3, 20)
CAST = Cast(Province("quang-ngai"), LAST_DAY)
END = datetime.combine(LAST_DAY, time(20), VIETNAM).astimezone(UTC)
TRACKER, HEAD_OF_OFFICE = CAST.trackers[0], CAST.office_leads[0]
HEALTH, FINANCE, BUILDING = (CAST.named(name) for name in ("Sở Y tế", "Sở Tài chính", "Sở Xây dựng"))
OFFICE = TRACKER.agency_id
assert OFFICE is not None
WARDS = CAST.members("wards", issuing=OFFICE)


def on(day: int, hour: float) -> datetime:
    """In Viet Nam, `day` days after the first."""
    return (datetime.combine(FIRST_DAY + timedelta(day), time(), VIETNAM) + timedelta(hours=hour)).astimezone(UTC)


def clerk(agency: object) -> Actor:
    return next(CAST.staff(one).clerk for one in CAST.leading if one == agency)


def asked(content: str, lead: object, due: int | None, *helping: object) -> InstructionDraft:
    group = lead if isinstance(lead, str) else None
    leads = () if group else (Assignment(lead, AssignmentRole.LEAD),)  # type: ignore[arg-type]
    day = None if due is None else FIRST_DAY + timedelta(due)
    return InstructionDraft(
        content=content,
        deliverable=Deliverable.BAO_CAO,
        deadline_class=DeadlineClass.NONE if day is None else DeadlineClass.DATED,
        deadline_wording=None if day is None else f"trước ngày {day:%d/%m/%Y}",
        due=day,
        no_deadline_reason="Nhiệm vụ thường xuyên" if day is None else None,
        assignments=(*leads, *(Assignment(one, AssignmentRole.COORDINATING) for one in helping)),  # type: ignore[arg-type]
        lead_group=group,
        field=None if day is None else "y-te",
    )


def document(subject: str, number: str | None, day: int, *instructions: InstructionDraft) -> Draft:
    return Draft(
        secrecy="NORMAL",
        kind=DirectiveKind.CONG_VAN if number else DirectiveKind.THONG_BAO_KET_LUAN,
        number=number,
        notation="UBND-TH" if number else None,
        issue_date=FIRST_DAY + timedelta(day),
        urgency=Urgency.URGENT,
        subject=subject,
        signer="Nguyễn Văn Chủ (DEMO)" if number else None,
        instructions=instructions,
    )


def submit(day: int, hour: float, agency: object, number: str, *, dated: int = 0) -> Submit:
    at = on(day, hour)
    return Submit(at, clerk(agency), number, vietnam_date(at) - timedelta(dated), "Đã hoàn thành, gửi kèm báo cáo.")


def accept(day: int, hour: float, agency: object) -> Accept:
    return Accept(on(day, hour), clerk(agency))


def report(day: int, hour: float, agency: object, percent: int, *words: str) -> Report:
    return Report(on(day, hour), clerk(agency), percent, "Đã làm được một phần.", *words)


SINGLES = DocumentLife(
    draft=document(
        "Một số nhiệm vụ trọng tâm",
        "101",
        0,
        asked("Báo cáo bị trả lại rồi nộp muộn", HEALTH, 4, FINANCE),
        asked("Không thời hạn, hoàn thành sớm", FINANCE, None, HEALTH, BUILDING),
        asked("Tiếp nhận rồi để quá hạn", BUILDING, 5),
        asked("Nộp đúng hạn, Văn phòng chưa xem", HEALTH, 7),
        asked("Chưa ai tiếp nhận", FINANCE, 40),
        asked("Hoàn thành đúng hạn", BUILDING, 10),
        asked("Kết quả đang bị trả lại", HEALTH, 12),
    ),
    registered=Act(on(0, 8), TRACKER),
    corrected=Act(on(0, 8.2), TRACKER),
    first_subject="Một số nhiệm vụ",
    handed_in=Act(on(0, 8.5), TRACKER),
    released=Act(on(0, 9), HEAD_OF_OFFICE),
    courses={
        (1, HEALTH): (
            accept(0, 10, HEALTH),
            report(1, 9, HEALTH, 30, "Thiếu người.", "Đề nghị tăng cường."),
            submit(3, 9, HEALTH, "11/BC-SYT", dated=1),
            Return(on(7, 9), TRACKER, "Thiếu số liệu; đề nghị bổ sung."),
            submit(9, 9, HEALTH, "12/BC-SYT"),
            Confirm(on(9, 15), TRACKER, "UNSATISFACTORY", None),
        ),
        (2, FINANCE): (accept(1, 8, FINANCE), submit(2, 8, FINANCE, "21/BC-STC"), Confirm(on(2, 16), TRACKER, "GOOD", "Rõ ràng.")),
        (3, BUILDING): (accept(1, 8.5, BUILDING), report(8, 10, BUILDING, 50)),
        (4, HEALTH): (accept(1, 9.5, HEALTH), submit(7, 16, HEALTH, "13/BC-SYT")),
        (6, BUILDING): (accept(2, 9, BUILDING), submit(9, 8, BUILDING, "31/BC-SXD"), Confirm(on(14, 8), HEAD_OF_OFFICE, None, None)),
        (7, HEALTH): (accept(2, 10, HEALTH), submit(10, 8, HEALTH, "14/BC-SYT"), Return(on(11, 8), TRACKER, "Chưa đúng yêu cầu.")),
    },
)
OF_A_GROUP = DocumentLife(
    draft=document(
        "Việc của các phường", "102", 1, asked("Rà soát tại phường", "wards", 9, HEALTH), asked("Đã quá hạn khi phát hành", FINANCE, 1)
    ),
    registered=Act(on(2, 8), TRACKER),
    corrected=None,
    first_subject=None,
    handed_in=None,
    released=Act(on(2, 8.5), TRACKER),
    courses={
        (1, WARDS[0]): (accept(2, 13, WARDS[0]), submit(8, 8, WARDS[0], "41/BC-UBND"), Confirm(on(8, 9), TRACKER, "SATISFACTORY", None)),
        (1, WARDS[1]): (accept(2, 14, WARDS[1]), report(4, 8, WARDS[1], 20), report(5, 8, WARDS[1], 80)),
        (1, WARDS[2]): (accept(12, 8, WARDS[2]), submit(12, 9, WARDS[2], "42/BC-UBND"), Confirm(on(14, 9), TRACKER, "SATISFACTORY", None)),
    },
)
A_DRAFT = DocumentLife(
    document("Còn là dự thảo", None, 15, asked("Chưa giao", "communes", None)), Act(on(15, 8), TRACKER), None, None, None, None, {}
)
HANDED_IN = DocumentLife(
    document("Chờ phát hành", "103", 16, asked("Chờ giao", HEALTH, 60)),
    Act(on(16, 8), TRACKER),
    None,
    None,
    Act(on(16, 9), TRACKER),
    None,
    {},
)
STORY = (SINGLES, OF_A_GROUP, A_DRAFT, HANDED_IN)
