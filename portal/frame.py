"""What surrounds every page: where one can go from here, and what waits there."""

import asyncio
from dataclasses import dataclass

from portal.answers import notify, tasks
from portal.services import Asks, Refused, ServiceAway
from portal.session import Membership


@dataclass(frozen=True)
class Place:
    """`key` names the words; `waits` names the count of what waits there."""

    key: str
    path: str
    icon: str
    waits: str | None = None


HOME = Place("home", "/home", "home")
MY_WORK = Place("my-work", "/my-work", "list", "mine")
WORKBENCH = Place("workbench", "/workbench", "table")
DIRECTIVES = Place("directives", "/directives", "doc")
CONFIRM = Place("confirm", "/confirm", "check", "awaiting")
AGENCIES = Place("agencies", "/agencies", "agency")
SETTINGS = Place("settings", "/settings", "table")
NOTICES = Place("notices", "/notices", "bell", "unread")

OFFICE = (WORKBENCH, DIRECTIVES, CONFIRM, HOME, MY_WORK)
AGENCY = (MY_WORK, HOME)
PLACES: dict[str, tuple[Place, ...]] = {
    "LEADER": (HOME, WORKBENCH, DIRECTIVES),
    "OFFICE_LEAD": OFFICE,
    "OFFICE_TRACKER": OFFICE,
    "AGENCY_HEAD": AGENCY,
    "AGENCY_CLERK": AGENCY,
    "AGENCY_OFFICER": AGENCY,
    "HOME_AFFAIRS": (HOME, MY_WORK),
    "INSPECTOR": (HOME, WORKBENCH),
    "SYSTEM_ADMIN": (HOME, AGENCIES, SETTINGS),
}
# Whoever manages people of his own agency has a way to them.
MANAGE_PEOPLE = {"AGENCY_HEAD", "AGENCY_CLERK", "OFFICE_LEAD", "SYSTEM_ADMIN"}
ON_A_PHONE = 4
OPEN_BUCKETS = ("open_overdue", "open_in_time", "open_undated")
# What a count is drawn from: the list whose change changes it.
DRAWN_FROM = {"mine": "tasks", "awaiting": "tasks", "unread": "notices"}


@dataclass(frozen=True)
class Frame:
    """`waiting` counts what waits, by name; a service that is away leaves its count out.

    `people_of` is the agency whose people one manages.
    """

    places: tuple[Place, ...]
    waiting: dict[str, int]
    may_register: bool = False
    people_of: str = ""

    @property
    def on_a_phone(self) -> tuple[Place, ...]:
        return (*self.places[:ON_A_PHONE], NOTICES)

    @property
    def beyond_the_bar(self) -> tuple[Place, ...]:
        """For which a narrow screen has no room in its bar: they stand in the menu there."""
        return self.places[ON_A_PHONE:]


def places_of(role: str) -> tuple[Place, ...]:
    return PLACES.get(role, (HOME,))


def landing_of(role: str) -> str:
    """Where somebody begins."""
    return places_of(role)[0].path


def may_register(membership: Membership | None) -> bool:
    """Whether he works in the Office, which enters documents and sees to what becomes of them."""
    return membership is not None and places_of(membership.role) is OFFICE


async def frame_of(visitor: Asks, membership: Membership | None) -> Frame:
    if membership is None:
        return Frame((), {})
    places = places_of(membership.role)
    asked = sorted({name for place in (*places, NOTICES) if (name := place.waits)})
    found = await asyncio.gather(*(waiting_of(visitor, name) for name in asked))
    waiting = {name: count for name, count in zip(asked, found, strict=True) if count}
    people_of = str(membership.agency_id) if membership.role in MANAGE_PEOPLE else ""
    return Frame(places, waiting, may_register=may_register(membership), people_of=people_of)


async def waiting_of(visitor: Asks, name: str) -> int:
    """How much waits for the person; 0 while the service is away. Shared by all his pages of one moment."""
    try:
        if name == "unread":
            return int((await visitor.shared("notices", notify.NOTICES_UNREAD_COUNT))["count"])
        if name == "awaiting":
            asked = {"scope": "oversight", "level": "assignment", "state": "AWAITING_CONFIRMATION"}
            counts = await visitor.shared("tasks", tasks.TASKS_COUNTS, **asked)
            return int(counts["by_state"].get("AWAITING_CONFIRMATION", 0))
        # What it only coordinates is not its own work (rulebook 1.1).
        counts = await visitor.shared("tasks", tasks.TASKS_COUNTS, scope="agency", part="LEAD")
        return sum(counts["by_bucket"].get(bucket, 0) for bucket in OPEN_BUCKETS)
    except (ServiceAway, Refused):
        return 0
