"""Directory events into the replica: order and repeats do not matter.

Only a newer version replaces the row of an agency or membership; a decision on a rule of the province is a row of its own.
"""

import json
from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.consumer import Handler
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import Contract
from libs.contracts.directory import AgencyChanged, MembershipChanged, ProvinceSettingChanged, WorkingCalendarChanged

_AGENCY = text("""
INSERT INTO agency_replica (id, key, name, short_name, kind, scope, valid_from, valid_to, sort_key, version)
VALUES (:id, :key, :name, :short_name, :kind, :scope, :valid_from, :valid_to, :sort_key, :version)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, short_name = excluded.short_name, kind = excluded.kind,
  scope = excluded.scope, valid_from = excluded.valid_from, valid_to = excluded.valid_to, sort_key = excluded.sort_key,
  version = excluded.version
WHERE excluded.version > agency_replica.version
""")
# What no service asks its replica for.
_NOT_KEPT = {"parent_id", "aliases", "former_names", "codes"}
_MEMBERSHIP = text("""
INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, valid_from, valid_to, version)
VALUES (:id, :person_id, :agency_id, :role, :is_head, :valid_from, :valid_to, :version)
ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, agency_id = excluded.agency_id, role = excluded.role,
  is_head = excluded.is_head, valid_from = excluded.valid_from, valid_to = excluded.valid_to, version = excluded.version
WHERE excluded.version > membership_replica.version
""")

_SETTING = text("""
INSERT INTO province_setting_replica (key, version, valid_from, value)
VALUES (:key, :version, :valid_from, CAST(:value AS jsonb)) ON CONFLICT DO NOTHING
""")
_CALENDAR = text("""
INSERT INTO working_calendar_replica (year, version, valid_from, days)
VALUES (:year, :version, :valid_from, CAST(:days AS jsonb)) ON CONFLICT DO NOTHING
""")


async def on_agency_changed(event: AgencyChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await connection.execute(_AGENCY, {**event.state.model_dump(exclude=_NOT_KEPT), "version": envelope.version})


async def on_membership_changed(event: MembershipChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await connection.execute(_MEMBERSHIP, {**event.state.model_dump(), "version": envelope.version})


async def on_province_setting_changed(event: ProvinceSettingChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    state = event.state
    value = None if state.value is None else json.dumps(state.value)
    await connection.execute(_SETTING, {"key": state.key, "version": envelope.version, "valid_from": state.valid_from, "value": value})


async def on_working_calendar_changed(event: WorkingCalendarChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    state = event.state
    days = None if state.days is None else json.dumps([day.model_dump(mode="json") for day in state.days])
    await connection.execute(_CALENDAR, {"year": state.year, "version": envelope.version, "valid_from": state.valid_from, "days": days})


REPLICA_HANDLERS: Mapping[type[Contract], Handler] = {
    AgencyChanged: on_agency_changed,
    MembershipChanged: on_membership_changed,
    ProvinceSettingChanged: on_province_setting_changed,
    WorkingCalendarChanged: on_working_calendar_changed,
}
