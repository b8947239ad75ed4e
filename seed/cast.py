"""Who acts in the seeded province: the invented people of the demonstration, in the agencies that live there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from libs.common.actor import Actor
from libs.contracts.agency_groups import AGENCY_GROUPS
from libs.directory_replica.replica import LivingAgency
from services.directory.demo import demo_members
from services.directory.domain.agency import AgencyDetails, agency_id
from services.directory.domain.alphabet import sort_key
from services.directory.province import Province

OFFICE_KINDS = frozenset({"PROVINCE_COMMITTEE", "OFFICE"})


@dataclass(frozen=True)
class Staff:
    """Those of one agency who report: the clerk receives and reports, the head reports too, an officer tells of progress."""

    clerk: Actor
    head: Actor
    officer: Actor


class Cast:
    """The people of `province` on one day; the same ones whenever it is asked, because their ids follow from the data."""

    def __init__(self, province: Province, day: date) -> None:
        self.province = province
        self.day = day

    @cached_property
    def agencies(self) -> Sequence[AgencyDetails]:
        return self.province.living_agencies(self.day)

    def named(self, short_name: str) -> UUID:
        """Also of those that nobody signs in for. Raises KeyError for an agency that does not live on the day."""
        return self._by_short_name[short_name]

    @cached_property
    def leading(self) -> Sequence[UUID]:
        """Agencies to which single instructions go: neither the Office nor the committee it works for."""
        return [agency_id(one.key) for one in self.agencies if one.kind not in OFFICE_KINDS]

    @cached_property
    def trackers(self) -> Sequence[Actor]:
        return self._acting["OFFICE_TRACKER"]

    @cached_property
    def office_leads(self) -> Sequence[Actor]:
        return self._acting["OFFICE_LEAD"]

    @cached_property
    def leaders(self) -> Sequence[Actor]:
        return self._acting["LEADER"]

    @cached_property
    def administrators(self) -> Sequence[Actor]:
        return self._acting["SYSTEM_ADMIN"]

    @cached_property
    def groups(self) -> dict[str, int]:
        """How many agencies each group has that has any."""
        kinds = [one.kind for one in self.agencies]
        counted = {group: sum(kind in of_group for kind in kinds) for group, of_group in AGENCY_GROUPS.items()}
        return {group: count for group, count in counted.items() if count}

    def members(self, group: str, *, issuing: UUID) -> tuple[UUID, ...]:
        """The agencies of a group from the point of view of who issues."""
        return tuple(one.id for one in self.living if one.kind in AGENCY_GROUPS[group] and one.id != issuing)

    def staff(self, agency: UUID) -> Staff:
        return self._staff[agency]

    def readers(self, agency: UUID | None) -> Sequence[Actor]:
        """Who may read what an agency is told, or the Office where none is named: nobody of an agency for which nobody signs in."""
        if agency is None:
            return self.trackers
        return [self._staff[agency].clerk] if agency in self._staff else []

    @cached_property
    def living(self) -> Sequence[LivingAgency]:
        """In the order of the directory's names, in which a group is expanded on the day of release."""
        in_order = sorted(self.agencies, key=lambda one: (sort_key(one.name), agency_id(one.key)))
        return [LivingAgency(agency_id(one.key), one.kind) for one in in_order]

    @cached_property
    def _by_short_name(self) -> dict[str, UUID]:
        beside = [one for one in self.province.agencies if one.scope == self.province.key and one.lives_on(self.day)]
        return {one.short_name: agency_id(one.key) for one in (*beside, *self.agencies)}

    @cached_property
    def _acting(self) -> dict[str, list[Actor]]:
        found: dict[str, list[Actor]] = {}
        for member in demo_members(self.province, self.day):
            for membership, place in member.memberships:
                actor = Actor.of_person(member.person.id, membership, place.agency_id, place.role.value)
                found.setdefault(actor.role, []).append(actor)
        return found

    @cached_property
    def _staff(self) -> dict[UUID, Staff]:
        def first(role: str) -> dict[UUID | None, Actor]:
            return {actor.agency_id: actor for actor in reversed(self._acting[role])}

        clerks, heads, officers = first("AGENCY_CLERK"), first("AGENCY_HEAD"), first("AGENCY_OFFICER")
        complete = [agency for agency in clerks if agency is not None and agency in heads and agency in officers]
        return {agency: Staff(clerks[agency], heads[agency], officers[agency]) for agency in complete}
