"""Load the agencies of a province, its first rules, and people for a demonstration. Doing it again changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from libs.contracts.province import SETTINGS, SettingValue
from libs.contracts.working_days import BUNDLED_DAYS
from services.directory.demo import DemoMember
from services.directory.domain.agency import Agency, agency_id
from services.directory.domain.membership import Membership
from services.directory.persistence.people import keep_people
from services.directory.persistence.repository import keep_codes, keep_former_parents, keep_successors
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.province import Province


@dataclass(frozen=True)
class Imported:
    """How many were new."""

    agencies: int
    memberships: int
    settings: int
    calendars: int


async def import_province(
    province: Province,
    uow: DirectoryUnitOfWork,
    *,
    now: datetime,
    members: Sequence[DemoMember] = (),
    settings: Mapping[str, SettingValue] | None = None,
) -> Imported:
    """Enter every agency, membership, setting and calendar that is not there yet, each with its event.

    Settings and calendars are valid from the beginning, with the values of the software where `settings` names no other.
    """
    reason = f"import {province.key}"
    async with uow:
        entered = await uow.settings.entered()
        new_settings = [await uow.settings.get(key) for key in SETTINGS if key not in entered]
        for setting in new_settings:
            chosen = (settings or {}).get(setting.setting.key, setting.default)
            setting.enter(chosen, reason=reason, by=uow.actor, at=now)
        known_years = await uow.calendars.entered()
        new_calendars = [await uow.calendars.get(year) for year in BUNDLED_DAYS if year not in known_years]
        for calendar in new_calendars:
            calendar.enter(calendar.default, reason=reason, by=uow.actor, at=now)
        known = await uow.agencies.known_ids()
        agencies = [
            uow.agencies.touch(Agency.enter(details, reason=reason, at=now))
            for details in province.agencies
            if agency_id(details.key) not in known
        ]
        await keep_successors(uow.connection, province.agencies)
        await keep_former_parents(uow.connection, province.agencies)
        await keep_codes(uow.connection, [details for details in province.agencies if agency_id(details.key) in known])
        await keep_people(uow.connection, [member.person for member in members], demo=True)
        granted = await uow.memberships.known_ids()
        memberships = [
            uow.memberships.touch(Membership.grant(membership_id, place, valid_from=None, reason="DEMO", at=now))
            for member in members
            for membership_id, place in member.memberships
            if membership_id not in granted
        ]
        await uow.commit()
    return Imported(len(agencies), len(memberships), len(new_settings), len(new_calendars))
