"""The demonstration: the province and invented people, loaded once, and who of them a newcomer may want to be."""

import os
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import text

from embedded.oidc.issuing import Account
from libs.common.actor import Actor
from libs.common.messaging.event_log import Cause
from libs.common.service import Service
from libs.contracts.province import SettingValue
from services.directory.demo import demo_members
from services.directory.outgoing import to_contract
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork
from services.directory.province import Province
from services.directory.queries.accounts import accounts
from services.directory.use_cases.import_province import import_province

PROVINCE = "quang-ngai"
# A newcomer goes all the way alone: nobody else has to approve what he releases.
RULES: Mapping[str, SettingValue] = {"release_needs_approval": False}
# Tests, storms and measurements decide thousands of times, and say 0: nothing is held in the province that they begin with.
HOLD_SECONDS = "CHIDAO_HOLD_SECONDS"
KINDS_OF_THE_STORY = ("PROVINCE_COMMITTEE", "OFFICE", "DEPARTMENT", "COMMUNE")


async def load_once(directory: Service) -> None:
    """Agencies, people and rules in one transaction: either all of them are there or, after a kill, none.

    A folder that an older release has filled gets its rules at the next start.
    """
    async with directory.database.read() as connection:
        if (await connection.execute(text("SELECT EXISTS (SELECT FROM agency) AND EXISTS (SELECT FROM province_setting)"))).scalar_one():
            return
    province = Province(PROVINCE)
    transaction = DirectoryUnitOfWork(
        directory.database,
        to_contract,
        actor=Actor.of_service(directory.name),
        cause=Cause(correlation_id="demo"),
        hints=directory.hints,
        lists=directory.lists,
    )
    members = demo_members(province, directory.clock.today())
    held = {"hold_seconds": int(os.environ[HOLD_SECONDS])} if HOLD_SECONDS in os.environ else {}
    await import_province(province, transaction, now=directory.clock.now(), members=members, settings={**RULES, **held})


async def who_may_sign_in(directory: Service, day: date) -> list[Account]:
    async with directory.database.read() as connection:
        return list(await accounts(connection, day))


def worth_trying(everybody: Sequence[Account]) -> list[Account]:
    """One person for each kind of work in the offices of the story, in the order of the directory."""
    first: dict[tuple[str, str], Account] = {}
    for account in everybody:
        for position in account.positions:
            if position.agency_kind in KINDS_OF_THE_STORY:
                first.setdefault((position.agency_kind, position.role), account)
    return list({account.person_id: account for account in first.values()}.values())
