"""Directory events into the replica: only a newer version replaces a row, so order and repeats do not matter."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.consumer import Handler
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import Contract
from libs.contracts.directory import AgencyChanged, MembershipChanged

_AGENCY = text("""
INSERT INTO agency_replica (id, key, name, short_name, kind, scope, valid_from, valid_to, sort_key, version)
VALUES (:id, :key, :name, :short_name, :kind, :scope, :valid_from, :valid_to, :sort_key, :version)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, short_name = excluded.short_name, kind = excluded.kind,
  scope = excluded.scope, valid_from = excluded.valid_from, valid_to = excluded.valid_to, sort_key = excluded.sort_key,
  version = excluded.version
WHERE excluded.version > agency_replica.version
""")
_MEMBERSHIP = text("""
INSERT INTO membership_replica (id, person_id, agency_id, role, is_head, valid_from, valid_to, version)
VALUES (:id, :person_id, :agency_id, :role, :is_head, :valid_from, :valid_to, :version)
ON CONFLICT (id) DO UPDATE SET person_id = excluded.person_id, agency_id = excluded.agency_id, role = excluded.role,
  is_head = excluded.is_head, valid_from = excluded.valid_from, valid_to = excluded.valid_to, version = excluded.version
WHERE excluded.version > membership_replica.version
""")


async def on_agency_changed(event: AgencyChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await connection.execute(_AGENCY, {**event.state.model_dump(exclude={"parent_id"}), "version": envelope.version})


async def on_membership_changed(event: MembershipChanged, envelope: Envelope, connection: AsyncConnection) -> None:
    await connection.execute(_MEMBERSHIP, {**event.state.model_dump(), "version": envelope.version})


REPLICA_HANDLERS: Mapping[type[Contract], Handler] = {AgencyChanged: on_agency_changed, MembershipChanged: on_membership_changed}
