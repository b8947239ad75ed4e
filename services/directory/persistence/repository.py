"""Agencies, people and memberships, as rows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.common.unit_of_work import Repository
from services.directory.domain.agency import Agency, AgencyCode, AgencyDetails, AgencyKind, CodeKind, agency_id
from services.directory.domain.alphabet import sort_key
from services.directory.domain.membership import Membership, Place, Role

_INSERT_AGENCY = text("""
INSERT INTO agency (id, version, key, name, short_name, kind, scope, parent_id, valid_from, valid_to, sort_key)
VALUES (:id, :version, :key, :name, :short_name, :kind, :scope, :parent_id, :valid_from, :valid_to, :sort_key)
""")
_ORDER = text("SELECT * FROM agency ORDER BY id FOR UPDATE")
_UPDATE_AGENCY = text("""
UPDATE agency SET version = :version, sort_key = :sort_key, parent_id = :parent_id, valid_to = :valid_to
WHERE id = :id AND version = :expected_version
""")
_INSERT_ALIAS = text("""
INSERT INTO agency_alias (agency_id, alias, folded, is_former) VALUES (:agency_id, :alias, :folded, :is_former) ON CONFLICT DO NOTHING
""")
_DROP_ALIASES = text("DELETE FROM agency_alias WHERE agency_id = :agency_id AND alias <> ALL(CAST(:kept AS text[]))")
_INSERT_CODE = text("""
INSERT INTO agency_code (agency_id, kind, code, folded) VALUES (:agency_id, :kind, :code, :folded) ON CONFLICT DO NOTHING
""")
_INSERT_FORMER_PARENT = text("""
INSERT INTO agency_former_parent (agency_id, valid_to, parent_id) VALUES (:agency_id, :valid_to, :parent_id) ON CONFLICT DO NOTHING
""")
_LOOK_AT_AGENCY = text("SELECT * FROM agency WHERE id = :id")
_GET_AGENCY = text("SELECT * FROM agency WHERE id = :id FOR UPDATE")
_SOME_AGENCIES = text("SELECT * FROM agency WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id")
_GET_SOME_AGENCIES = text("SELECT * FROM agency WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")
_GET_SUBORDINATES = text("""
SELECT * FROM agency
WHERE parent_id = ANY(CAST(:ids AS uuid[])) AND id <> ALL(CAST(:ids AS uuid[])) AND coalesce(valid_to, 'infinity') >= :day
ORDER BY id FOR UPDATE
""")
_SUCCESSORS_OF = text("SELECT successor_id FROM agency_successor WHERE agency_id = :id ORDER BY successor_id")
_ABOVE = text("""
WITH RECURSIVE above AS (
  SELECT id, parent_id FROM agency WHERE id = :id UNION SELECT a.id, a.parent_id FROM above JOIN agency a ON a.id = above.parent_id)
SELECT id FROM above
""")
_ALIASES = text("SELECT agency_id, alias, is_former FROM agency_alias WHERE agency_id = ANY(CAST(:ids AS uuid[])) ORDER BY alias")
_CODES = text("SELECT agency_id, kind, code FROM agency_code WHERE agency_id = ANY(CAST(:ids AS uuid[])) ORDER BY kind, code")
# Names are compared with those that stand when the lock is had: two people add the same agency one after the other.
_LOCK_NAMES = text("SELECT pg_advisory_xact_lock(:lock)")
NAMES_LOCK = 7_301_005
_LIVES_FROM = "coalesce(a.valid_to, 'infinity') >= :day"
_BEARERS = text(f"""
SELECT n.folded AS taken, a.id, a.name FROM agency a JOIN agency_alias n ON n.agency_id = a.id
WHERE a.scope = :scope AND a.id <> ALL(CAST(:other_than AS uuid[])) AND {_LIVES_FROM} AND NOT n.is_former
  AND n.folded = ANY(CAST(:names AS text[]))
ORDER BY a.sort_key, a.id
""")
_CODE_BEARERS = text(f"""
SELECT c.folded AS taken, a.id, a.name FROM agency a JOIN agency_code c ON c.agency_id = a.id
WHERE a.id <> ALL(CAST(:other_than AS uuid[])) AND {_LIVES_FROM} AND c.folded = ANY(CAST(:codes AS text[]))
ORDER BY a.sort_key, a.id
""")
_GET_MEMBERSHIPS_OF = text("""
SELECT * FROM membership
WHERE agency_id = ANY(CAST(:agency_ids AS uuid[])) AND coalesce(valid_to, 'infinity') >= :day ORDER BY id FOR UPDATE
""")
_LOOK_AT_MEMBERSHIP = text("SELECT * FROM membership WHERE id = :id")
_GET_MEMBERSHIP = text("SELECT * FROM membership WHERE id = :id FOR UPDATE")
# Who else is there is asked when the lock is had: of two who end the last two managers at once, the second is told.
_LOCK_MEMBERSHIPS = text("SELECT pg_advisory_xact_lock(:lock)")
MEMBERSHIPS_LOCK = 7_301_006
# One that was ended before it began holds on no day.
_HOLDS_MEANWHILE = """
coalesce(valid_to, 'infinity') >= :valid_from AND coalesce(valid_from, '-infinity') <= coalesce(CAST(:valid_to AS date), 'infinity')
AND coalesce(valid_from, '-infinity') <= coalesce(valid_to, 'infinity')
"""
_BESIDE = text(f"""
SELECT coalesce(bool_or(person_id = :person_id AND role = :role), false) AS is_same,
       coalesce(bool_or(is_head AND person_id <> :person_id), false) AS is_other_head
FROM membership WHERE agency_id = :agency_id AND id IS DISTINCT FROM CAST(:instead_of AS uuid) AND {_HOLDS_MEANWHILE}
""")
# Whose end is known already cannot be counted on.
_LASTS = "id <> :other_than AND valid_to IS NULL AND coalesce(valid_from, '-infinity') <= :day"
_ONE_LASTS = text(f"""
SELECT EXISTS (SELECT 1 FROM membership WHERE agency_id = :agency_id AND role = ANY(CAST(:roles AS text[])) AND {_LASTS})
""")
_ADMINISTRATOR_LASTS = text(f"SELECT EXISTS (SELECT 1 FROM membership WHERE role = 'SYSTEM_ADMIN' AND {_LASTS})")
_INSERT_MEMBERSHIP = text("""
INSERT INTO membership (id, version, person_id, agency_id, position, role, is_head, valid_from, valid_to)
VALUES (:id, :version, :person_id, :agency_id, :position, :role, :is_head, :valid_from, :valid_to)
""")
_END_MEMBERSHIP = text("UPDATE membership SET version = :version, valid_to = :valid_to WHERE id = :id AND version = :expected_version")


@dataclass(frozen=True)
class Beside:
    """What else holds meanwhile: the same role of the same person in the same agency, another person at its head."""

    is_same: bool
    is_other_head: bool


class StoredVersionDiffers(RuntimeError):
    """The row changed under our lock: a fault of ours."""


@dataclass(frozen=True)
class Bearer:
    """An agency that has a name or a code, folded as `taken`, on a day or later."""

    taken: str
    id: UUID
    name: str


def _agency_of(row: Any, aliases: Sequence[Any], codes: Sequence[Any]) -> Agency:
    former = tuple(one.alias for one in aliases if one.is_former)
    details = AgencyDetails(
        key=row.key,
        name=row.name,
        short_name=row.short_name,
        kind=AgencyKind(row.kind),
        scope=row.scope,
        parent_id=row.parent_id,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        aliases=tuple(one.alias for one in aliases if one.alias not in (row.name, row.short_name, *former)),
        former_names=former,
        codes=tuple(AgencyCode(CodeKind(one.kind), one.code) for one in codes),
    )
    return Agency(row.id, details, version=row.version)


class AgencyRepository(Repository[Agency]):
    aggregate_type = "agency"

    async def known_ids(self) -> set[UUID]:
        return set((await self.connection.execute(text("SELECT id FROM agency"))).scalars())

    async def get(self, agency_id: UUID) -> Agency:
        """Locked for the change; raises NotFound."""
        return await self._one(_GET_AGENCY, agency_id)

    async def look_at(self, agency_id: UUID) -> Agency:
        """As it stands, for whoever changes another; raises NotFound."""
        return await self._one(_LOOK_AT_AGENCY, agency_id)

    async def _one(self, statement: TextClause, agency_id: UUID) -> Agency:
        row = (await self.connection.execute(statement, {"id": agency_id})).one_or_none()
        if row is None:
            raise NotFound
        [agency] = await self._whole([row])
        return agency

    async def look_at_some(self, agency_ids: Collection[UUID]) -> dict[UUID, Agency]:
        """As they stand; whoever is not there is left out."""
        return await self._some(_SOME_AGENCIES, {"ids": list(agency_ids)})

    async def some(self, agency_ids: Collection[UUID]) -> dict[UUID, Agency]:
        """Locked for the change; whoever is not there is left out."""
        return await self._some(_GET_SOME_AGENCIES, {"ids": list(agency_ids)})

    async def subordinates(self, agency_ids: Collection[UUID], *, day: date) -> dict[UUID, Agency]:
        """Those that live on `day` or later and stand right under one of these, without these; locked for the change."""
        return await self._some(_GET_SUBORDINATES, {"ids": list(agency_ids), "day": day})

    async def _some(self, statement: TextClause, parameters: Mapping[str, object]) -> dict[UUID, Agency]:
        rows = (await self.connection.execute(statement, parameters)).all()
        return {agency.id: agency for agency in await self._whole(rows)}

    async def successors_of(self, agency_id: UUID) -> list[UUID]:
        """Who took over from one that has ended."""
        return list((await self.connection.execute(_SUCCESSORS_OF, {"id": agency_id})).scalars())

    async def at_and_above(self, agency_id: UUID) -> set[UUID]:
        """The agency and all it stands under."""
        return set((await self.connection.execute(_ABOVE, {"id": agency_id})).scalars())

    async def out_of_order(self) -> list[Agency]:
        """Those whose stored place is not that of their name, locked for the change."""
        rows = (await self.connection.execute(_ORDER)).all()
        return await self._whole([row for row in rows if row.sort_key != sort_key(row.name)])

    async def lock_names(self) -> None:
        """Until the end of the transaction nobody else gives an agency a name or a code."""
        await self.connection.execute(_LOCK_NAMES, {"lock": NAMES_LOCK})

    async def bearers_of_names(self, names: Sequence[str], *, scope: str, other_than: Collection[UUID], day: date) -> dict[str, Bearer]:
        """Who else of the scope has one of these folded names now and lives on `day` or later; the first of each name."""
        asked = {"names": names, "scope": scope, "other_than": list(other_than), "day": day}
        return _first_of_each(await self.connection.execute(_BEARERS, asked))

    async def bearers_of_codes(self, codes: Sequence[str], *, other_than: Collection[UUID] = (), day: date) -> dict[str, Bearer]:
        """The same of codes, which are one for the whole country."""
        asked = {"codes": codes, "other_than": list(other_than), "day": day}
        return _first_of_each(await self.connection.execute(_CODE_BEARERS, asked))

    async def _whole(self, rows: Sequence[Any]) -> list[Agency]:
        """With their names and codes, which their events tell."""
        ids = {"ids": [row.id for row in rows]}
        aliases = (await self.connection.execute(_ALIASES, ids)).all() if rows else []
        codes = (await self.connection.execute(_CODES, ids)).all() if rows else []

        def of(row: Any, found: Sequence[Any]) -> list[Any]:
            return [one for one in found if one.agency_id == row.id]

        return [self.touch(_agency_of(row, of(row, aliases), of(row, codes))) for row in rows]

    async def save(self, aggregate: Agency, *, expected_version: int) -> None:
        if expected_version != 0:
            await self._update(aggregate, expected_version)
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
        await self.connection.execute(_INSERT_ALIAS, _rows_of_names(aggregate))
        if details.codes:
            await self.connection.execute(_INSERT_CODE, _rows_of_codes(aggregate.id, details.codes))

    async def _update(self, agency: Agency, expected_version: int) -> None:
        """Its two names never change: under another name it is another agency."""
        details = agency.details
        row = {
            "id": agency.id,
            "version": agency.version,
            "sort_key": agency.sort_key,
            "parent_id": details.parent_id,
            "valid_to": details.valid_to,
            "expected_version": expected_version,
        }
        if (await self.connection.execute(_UPDATE_AGENCY, row)).rowcount != 1:
            raise StoredVersionDiffers(f"agency {agency.id} was not at version {expected_version}")
        await keep_successors(self.connection, [details])
        await keep_former_parents(self.connection, [details])
        names = _rows_of_names(agency)
        await self.connection.execute(_DROP_ALIASES, {"agency_id": agency.id, "kept": [one["alias"] for one in names]})
        await self.connection.execute(_INSERT_ALIAS, names)


def _rows_of_names(agency: Agency) -> list[dict[str, object]]:
    details = agency.details
    names = dict.fromkeys([details.name, details.short_name, *details.aliases, *details.former_names])
    return [{"agency_id": agency.id, "alias": name, "folded": folded(name), "is_former": name in details.former_names} for name in names]


def _first_of_each(rows: Iterable[Any]) -> dict[str, Bearer]:
    found: dict[str, Bearer] = {}
    for row in rows:
        found.setdefault(row.taken, Bearer(row.taken, row.id, row.name))
    return found


def _rows_of_codes(agency: UUID, codes: Iterable[AgencyCode]) -> list[dict[str, object]]:
    return [{"agency_id": agency, "kind": one.kind, "code": one.code, "folded": folded(one.code)} for one in codes]


def _membership_of(row: Any) -> Membership:
    place = Place(row.person_id, row.agency_id, row.position, Role(row.role), row.is_head)
    return Membership(row.id, place, valid_from=row.valid_from, valid_to=row.valid_to, version=row.version)


class MembershipRepository(Repository[Membership]):
    aggregate_type = "membership"

    async def known_ids(self) -> set[UUID]:
        return set((await self.connection.execute(text("SELECT id FROM membership"))).scalars())

    async def lock(self) -> None:
        """Until the end of the transaction nobody else gives or ends one, or adds a person."""
        await self.connection.execute(_LOCK_MEMBERSHIPS, {"lock": MEMBERSHIPS_LOCK})

    async def beside(self, membership: Membership, *, instead_of: UUID | None = None) -> Beside:
        """What holds beside a new one, while it does; but for the one that it takes the place of."""
        place = membership.place
        asked = {
            "agency_id": place.agency_id,
            "person_id": place.person_id,
            "role": place.role.value,
            "valid_from": membership.valid_from,
            "valid_to": membership.valid_to,
            "instead_of": instead_of,
        }
        return Beside(*(await self.connection.execute(_BESIDE, asked)).one())

    async def another_lasts(self, membership: Membership, roles: Iterable[Role], *, day: date) -> bool:
        """Whether somebody else acts in one of these roles in the same agency on `day`, and no end of that is known."""
        asked = {"agency_id": membership.place.agency_id, "roles": [role.value for role in roles], "other_than": membership.id, "day": day}
        return bool((await self.connection.execute(_ONE_LASTS, asked)).scalar_one())

    async def another_administrator_lasts(self, membership: Membership, *, day: date) -> bool:
        """The same of administrators, wherever."""
        return bool((await self.connection.execute(_ADMINISTRATOR_LASTS, {"other_than": membership.id, "day": day})).scalar_one())

    async def get(self, membership_id: UUID) -> Membership:
        """Locked for the change; raises NotFound."""
        return await self._one(_GET_MEMBERSHIP, membership_id)

    async def look_at(self, membership_id: UUID) -> Membership:
        """As it stands; raises NotFound."""
        return await self._one(_LOOK_AT_MEMBERSHIP, membership_id)

    async def _one(self, statement: TextClause, membership_id: UUID) -> Membership:
        row = (await self.connection.execute(statement, {"id": membership_id})).one_or_none()
        if row is None:
            raise NotFound
        return self.touch(_membership_of(row))

    async def of_agencies(self, agency_ids: Collection[UUID], *, day: date) -> list[Membership]:
        """All that last until `day` or longer, locked for the change."""
        rows = await self.connection.execute(_GET_MEMBERSHIPS_OF, {"agency_ids": list(agency_ids), "day": day})
        return [self.touch(_membership_of(row)) for row in rows]

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


async def keep_former_parents(connection: AsyncConnection, agencies: Iterable[AgencyDetails]) -> None:
    """Enter under whom they stood before, where it is not there yet."""
    rows = [
        {"agency_id": agency_id(one.key), "valid_to": former.valid_to, "parent_id": former.parent_id}
        for one in agencies
        for former in one.former_parents
    ]
    if rows:
        await connection.execute(_INSERT_FORMER_PARENT, rows)


async def keep_codes(connection: AsyncConnection, agencies: Iterable[AgencyDetails]) -> None:
    """Enter the codes of agencies that were entered before any code was known, where they are not there yet."""
    rows = [row for one in agencies for row in _rows_of_codes(agency_id(one.key), one.codes)]
    if rows:
        await connection.execute(_INSERT_CODE, rows)
