"""Invented people for the demonstration, one in every position shown. Every name ends in "(DEMO)"; nobody real is meant."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid5

from services.directory.domain.agency import NAMESPACE, AgencyDetails, agency_id
from services.directory.domain.membership import Person, Place, Role
from services.directory.province import Position, Province

SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Đinh", "Y", "A", "Trương", "Phan")
MIDDLE_NAMES = ("Văn", "Thị", "Minh", "Ngọc", "Quốc", "Thanh", "Xuân", "Hữu", "Thu", "Đức", "Hồng", "Bảo")
GIVEN_NAMES = (
    "An",
    "Bình",
    "Châu",
    "Dũng",
    "Giang",
    "Hà",
    "Hương",
    "Khánh",
    "Lan",
    "Long",
    "Mai",
    "Nam",
    "Phúc",
    "Quang",
    "Sơn",
    "Trang",
    "Việt",
    "Yến",
)

# What an agency needs to receive and report a task, where the data name no such position.
NEEDED = (
    Position("thu-truong", "Thủ trưởng cơ quan", None, (), Role.AGENCY_HEAD, (), True),
    Position("van-thu", "Văn thư", None, (), Role.AGENCY_CLERK, (), False),
    Position("chuyen-vien", "Chuyên viên", None, (), Role.AGENCY_OFFICER, (), False),
)


@dataclass(frozen=True)
class DemoMember:
    """A person with his memberships, each with its id."""

    person: Person
    memberships: tuple[tuple[UUID, Place], ...]


def demo_members(province: Province, day: date) -> list[DemoMember]:
    """One person for each position of each agency that lives on `day`; the same people whenever it is asked."""
    return [
        _member(province, agency, position)
        for agency in province.living_agencies(day)
        for position in (*province.positions_of(agency), *_missing(province, agency))
    ]


def _missing(province: Province, agency: AgencyDetails) -> Iterator[Position]:
    if agency.kind == "PROVINCE_COMMITTEE":
        return
    positions = list(province.positions_of(agency))
    present = {role for position in positions for role in (position.role, *position.other_roles)}
    yield from (position for position in NEEDED if position.role not in present)


def _member(province: Province, agency: AgencyDetails, position: Position) -> DemoMember:
    username = f"{position.key}.{agency.key.removeprefix(f'{province.key}-')}"
    person_id = uuid5(NAMESPACE, f"person/{username}")
    person = Person(person_id, username, _name(username), f"DEMO-{person_id.hex[:8].upper()}")
    memberships = tuple(
        (
            uuid5(NAMESPACE, f"membership/{username}/{role}"),
            Place(person.id, agency_id(agency.key), position.title, role, position.is_head),
        )
        for role in (position.role, *position.other_roles)
    )
    return DemoMember(person, memberships)


def _name(username: str) -> str:
    chosen = int.from_bytes(hashlib.sha256(username.encode()).digest()[:8], "big")
    words = []
    for names in (SURNAMES, MIDDLE_NAMES, GIVEN_NAMES):
        chosen, place = divmod(chosen, len(names))
        words.append(names[place])
    return f"{' '.join(words)} (DEMO)"
