"""Agencies, people and memberships, as rows."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.common.unit_of_work import Repository
from services.directory.domain.agency import Agency, AgencyDetails, agency_id
from services.directory.domain.membership import Membership, Person, Place, Role

_INSERT_AGENCY = text("""
INSERT INTO agency (id, version, key, name, short_name, kind, scope, parent_id, valid_from, valid_to, sort_key)
VALUES (:id, :version, :key, :name, :short_name, :kind, :scope, :parent_id, :valid_from, :valid_to, :sort_key)
""")
_ORDER = text("SELECT * FROM agency ORDER BY id FOR UPDATE")
_PUT_IN_ORDER = text("UPDATE agency SET version = :version, sort_key = :sort_key WHERE id = :id AND version = :expected_version")
_INSERT_ALIAS = text("INSERT INTO agency_alias (agency_id, alias, folded, is_former) VALUES (:agency_id, :alias, :folded, :is_former)")
_GET_MEMBERSHIP = text("SELECT * FROM membership WHERE id = :id FOR UPDATE")
_INSERT_MEMBERSHIP = text("""
INSERT INTO membership (id, version, person_id, agency_id, position, role, is_head, valid_from, valid_to)
VALUES (:id, :version, :person_id, :agency_id, :position, :role, :is_head, :valid_from, :valid_to)
""")
_END_MEMBERSHIP = text("UPDATE membership SET version = :version, valid_to = :valid_to WHERE id = :id AND version = :expected_version")


class StoredVersionDiffers(RuntimeError):
    """The row changed under our lock: a fault of ours."""


def _agency_of(row: Any) -> Agency:
    details = AgencyDetails(
        key=row.key,
        name=row.name,
        short_name=row.short_name,
        kind=row.kind,
        scope=row.scope,
        parent_id=row.parent_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        aliases=(),
        former_names=(),
    )
    return Agency(row.id, details, version=row.version)


class AgencyRepository(Repository[Agency]):
    aggregate_type = "agency"

    async def known_ids(self) -> set[UUID]:
        return set((await self.connection.execute(text("SELECT id FROM agency"))).scalars())

    async def out_of_order(self) -> list[Agency]:
        """Those whose stored place is not that of their name, locked for the change. Without the names that documents call them by."""
        stored = {row.id: row for row in await self.connection.execute(_ORDER)}
        wrong = [agency for agency in map(_agency_of, stored.values()) if agency.sort_key != stored[agency.id].sort_key]
        return [self.touch(agency) for agency in wrong]

    async def save(self, aggregate: Agency, *, expected_version: int) -> None:
        if expected_version != 0:
            # Reorganisations come with their own use cases; until then nothing of an agency changes but its place.
            row = {"id": aggregate.id, "version": aggregate.version, "sort_key": aggregate.sort_key, "expected_version": expected_version}
            if (await self.connection.execute(_PUT_IN_ORDER, row)).rowcount != 1:
                raise StoredVersionDiffers(f"agency {aggregate.id} was not at version {expected_version}")
            return
        details = aggregate.details
        await self.connection.execute(
            _INSERT_AGENCY,
            {
                "id": aggregate.id,
                "version": aggregate.version,
                "key": details.key,
                "name": details.name,
                "short_name": details.short_name,
                "kind": details.kind,
                "scope": details.scope,
                "parent_id": details.parent_id,
                "valid_from": details.valid_from,
                "valid_to": details.valid_to,
                "sort_key": aggregate.sort_key,
            },
        )
        names = dict.fromkeys([details.name, details.short_name, *details.aliases, *details.former_names])
        await self.connection.execute(
            _INSERT_ALIAS,
            [
                {"agency_id": aggregate.id, "alias": name, "folded": folded(name), "is_former": name in details.former_names}
                for name in names
            ],
        )


class MembershipRepository(Repository[Membership]):
    aggregate_type = "membership"

    async def known_ids(self) -> set[UUID]:
        return set((await self.connection.execute(text("SELECT id FROM membership"))).scalars())

    async def get(self, membership_id: UUID) -> Membership:
        """Locked for the change; raises NotFound."""
        row = (await self.connection.execute(_GET_MEMBERSHIP, {"id": membership_id})).one_or_none()
        if row is None:
            raise NotFound
        place = Place(row.person_id, row.agency_id, row.position, Role(row.role), row.is_head)
        return self.touch(Membership(row.id, place, valid_from=row.valid_from, valid_to=row.valid_to, version=row.version))

    async def save(self, aggregate: Membership, *, expected_version: int) -> None:
        if expected_version == 0:
            place = aggregate.place
            await self.connection.execute(
                _INSERT_MEMBERSHIP,
                {
                    "id": aggregate.id,
                    "version": aggregate.version,
                    "person_id": place.person_id,
                    "agency_id": place.agency_id,
                    "position": place.position,
                    "role": place.role.value,
                    "is_head": place.is_head,
                    "valid_from": aggregate.valid_from,
                    "valid_to": aggregate.valid_to,
                },
            )
            return
        row = {"id": aggregate.id, "version": aggregate.version, "valid_to": aggregate.valid_to, "expected_version": expected_version}
        if (await self.connection.execute(_END_MEMBERSHIP, row)).rowcount != 1:
            raise StoredVersionDiffers(f"membership {aggregate.id} was not at version {expected_version}")


async def keep_successors(connection: AsyncConnection, agencies: Iterable[AgencyDetails]) -> None:
    """Enter who took over from whom, where it is not there yet: also from agencies that were entered before this was known."""
    rows = [{"agency_id": agency_id(one.key), "successor_id": successor} for one in agencies for successor in one.successors]
    if rows:
        await connection.execute(
            text("INSERT INTO agency_successor (agency_id, successor_id) VALUES (:agency_id, :successor_id) ON CONFLICT DO NOTHING"), rows
        )


async def keep_people(connection: AsyncConnection, people: list[Person], *, demo: bool) -> None:
    """Enter people who are not there yet. They have no event: nobody else may know their names."""
    rows = [{"id": person.id, "username": person.username, "name": person.name, "is_demo": demo} for person in people]
    if rows:
        await connection.execute(
            text("INSERT INTO person (id, username, name, is_demo) VALUES (:id, :username, :name, :is_demo) ON CONFLICT DO NOTHING"), rows
        )
