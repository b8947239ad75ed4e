"""The rules of the province over HTTP: everybody signed in reads them, an administrator decides."""

from fastapi import APIRouter, Response

from libs.common.actor import Actor
from libs.common.service import Service
from libs.common.web.auth import SignedIn
from libs.common.web.changing import accepts, tell_outcome
from services.directory.api.directory import Here, unit_of_work
from services.directory.api.province_schemas import CalendarOut, SettingOut
from services.directory.api.step_up import DecidingCalendar, DecidingSetting
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.queries.province_rules import all_settings, calendar_years, names_of_deciders, one_calendar, one_setting
from services.directory.use_cases.deciding import WithdrawPlanned
from services.directory.use_cases.plan_calendar import PlanCalendar, plan_calendar
from services.directory.use_cases.plan_setting import PlanSetting, plan_setting
from services.directory.use_cases.withdraw_calendar import withdraw_calendar
from services.directory.use_cases.withdraw_setting import withdraw_setting

router = APIRouter(prefix="/province", tags=["province"])


async def told_setting(setting: ProvinceSetting, service: Service, actor: Actor) -> SettingOut:
    async with service.database.read() as connection:
        return SettingOut.of(setting, await names_of_deciders(connection, [setting]), actor, service.clock.today())


async def told_calendar(calendar: CalendarOfYear, service: Service, actor: Actor) -> CalendarOut:
    async with service.database.read() as connection:
        return CalendarOut.of(calendar, await names_of_deciders(connection, [calendar]), actor, service.clock.today())


@router.get("/settings")
async def settings(service: Here, actor: SignedIn) -> list[SettingOut]:
    """Every setting with its value of today and all decisions on it, the newest first."""
    async with service.database.read() as connection:
        found = await all_settings(connection)
        names = await names_of_deciders(connection, found)
    return [SettingOut.of(one, names, actor, service.clock.today()) for one in found]


@router.get("/settings/{key}")
async def setting(key: str, service: Here, actor: SignedIn, response: Response) -> SettingOut:
    async with service.database.read() as connection:
        found = await one_setting(connection, key)
    response.headers["ETag"] = f'"{found.version}"'
    return await told_setting(found, service, actor)


@router.post("/settings/{key}/plan", openapi_extra=accepts(PlanSetting))
async def plan_value(key: str, change: DecidingSetting, service: Here, response: Response) -> SettingOut:
    """Another value from a day to come; for one day the later plan replaces the earlier."""
    planned = await plan_setting(key, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, planned)
    return await told_setting(planned, service, change.actor)


@router.post("/settings/{key}/withdraw", openapi_extra=accepts(WithdrawPlanned))
async def withdraw_value(key: str, change: DecidingSetting, service: Here, response: Response) -> SettingOut:
    """Take back what is planned for a day to come."""
    withdrawn = await withdraw_setting(key, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, withdrawn)
    return await told_setting(withdrawn, service, change.actor)


@router.get("/calendars")
async def years(service: Here, actor: SignedIn) -> list[int]:
    """The years of which more is known than their weekends."""
    async with service.database.read() as connection:
        return await calendar_years(connection)


@router.get("/calendars/{year}")
async def calendar(year: int, service: Here, actor: SignedIn, response: Response) -> CalendarOut:
    """The working calendar of a year as it is valid today, and all decisions on it, the newest first."""
    async with service.database.read() as connection:
        found = await one_calendar(connection, year)
    response.headers["ETag"] = f'"{found.version}"'
    return await told_calendar(found, service, actor)


@router.post("/calendars/{year}/plan", openapi_extra=accepts(PlanCalendar))
async def plan_days(year: int, change: DecidingCalendar, service: Here, response: Response) -> CalendarOut:
    """Other days from a day to come; the days before it stay as they are."""
    planned = await plan_calendar(year, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, planned)
    return await told_calendar(planned, service, change.actor)


@router.post("/calendars/{year}/withdraw", openapi_extra=accepts(WithdrawPlanned))
async def withdraw_days(year: int, change: DecidingCalendar, service: Here, response: Response) -> CalendarOut:
    """Take back what is planned for a day to come."""
    withdrawn = await withdraw_calendar(year, change, unit_of_work(service, change), now=service.clock.now())
    tell_outcome(response, change, withdrawn)
    return await told_calendar(withdrawn, service, change.actor)
