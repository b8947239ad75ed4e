"""Reorganisations of agencies, as rows, with the agencies that are to begin by each."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.folding import folded
from libs.common.unit_of_work import Repository
from services.directory.domain.agency import AgencyKind
from services.directory.domain.reorganisation import (
    NewAgency,
    Reorganisation,
    ReorganisationKind,
    ReorganisationPlan,
    ReorganisationStanding,
)
from services.directory.persistence.repository import StoredVersionDiffers

_INSERT = text("""
INSERT INTO reorganisation (id, version, kind, standing, from_agency_ids, to_agency_ids, effective_on, legal_basis, planned_by, planned_at)
VALUES (:id, :version, :kind, :standing, :from_agency_ids, :to_agency_ids, :effective_on, :legal_basis, :planned_by, :planned_at)
""")
_INSERT_NEW = text("""
INSERT INTO planned_agency (reorganisation_id, number, key, name, short_name, kind, scope, parent_id, identifier, folded, folded_identifier)
VALUES (:reorganisation_id, :number, :key, :name, :short_name, :kind, :scope, :parent_id, :identifier, :folded, :folded_identifier)
""")
_UPDATE = text("""
UPDATE reorganisation SET version = :version, standing = :standing, withdrawn_because = :withdrawn_because
WHERE id = :id AND version = :expected_version
""")
_GET = text("SELECT * FROM reorganisation WHERE id = :id FOR UPDATE")
_GET_DUE = text("""
SELECT * FROM reorganisation WHERE id = :id AND standing = 'PLANNED' AND effective_on <= :day FOR UPDATE SKIP LOCKED
""")
_DUE = text("SELECT id FROM reorganisation WHERE standing = 'PLANNED' AND effective_on <= :day ORDER BY effective_on, id")
_PLANNED = text("SELECT * FROM reorganisation WHERE standing = 'PLANNED' ORDER BY effective_on, id")
_NEW = text("SELECT * FROM planned_agency WHERE reorganisation_id = ANY(CAST(:ids AS uuid[])) ORDER BY reorganisation_id, number")
_PLANNED_NAMES = text("""
SELECT named.name FROM planned_agency p JOIN reorganisation r ON r.id = p.reorganisation_id CROSS JOIN unnest(p.folded) AS named (name)
WHERE r.standing = 'PLANNED' AND p.scope = :scope AND named.name = ANY(CAST(:names AS text[]))
""")
_PLANNED_CODES = text("""
SELECT p.folded_identifier FROM planned_agency p JOIN reorganisation r ON r.id = p.reorganisation_id
WHERE r.standing = 'PLANNED' AND p.folded_identifier = ANY(CAST(:codes AS text[]))
""")


class ReorganisationRepository(Repository[Reorganisation]):
    aggregate_type = "reorganisation"

    async def get(self, reorganisation_id: UUID) -> Reorganisation:
        """Locked for the change; raises NotFound."""
        row = (await self.connection.execute(_GET, {"id": reorganisation_id})).one_or_none()
        if row is None:
            raise NotFound
        return await self._one(row)

    async def get_due(self, reorganisation_id: UUID, *, day: date) -> Reorganisation | None:
        """Locked for the change; None when it has taken effect, was taken back, or somebody else is at it."""
        row = (await self.connection.execute(_GET_DUE, {"id": reorganisation_id, "day": day})).one_or_none()
        return None if row is None else await self._one(row)

    async def planned(self) -> list[Reorganisation]:
        """All that are to come, as they stand; the next first."""
        return await read_reorganisations(self.connection, (await self.connection.execute(_PLANNED)).all())

    async def planned_names(self, names: Sequence[str], *, scope: str) -> set[str]:
        """Which of these folded names an agency will have that is to begin in the scope."""
        return set((await self.connection.execute(_PLANNED_NAMES, {"names": list(names), "scope": scope})).scalars())

    async def planned_codes(self, codes: Sequence[str]) -> set[str]:
        """The same of folded codes, which are one for the whole country."""
        return set((await self.connection.execute(_PLANNED_CODES, {"codes": list(codes)})).scalars())

    async def save(self, aggregate: Reorganisation, *, expected_version: int) -> None:
        if expected_version == 0:
            await self._insert(aggregate)
            return
        row = {
            "id": aggregate.id,
            "version": aggregate.version,
            "standing": aggregate.standing.value,
            "withdrawn_because": aggregate.withdrawn_because,
            "expected_version": expected_version,
        }
        if (await self.connection.execute(_UPDATE, row)).rowcount != 1:
            raise StoredVersionDiffers(f"reorganisation {aggregate.id} was not at version {expected_version}")

    async def _insert(self, aggregate: Reorganisation) -> None:
        plan = aggregate.plan
        await self.connection.execute(
            _INSERT,
            {
                "id": aggregate.id,
                "version": aggregate.version,
                "kind": plan.kind.value,
                "standing": aggregate.standing.value,
                "from_agency_ids": list(plan.from_agency_ids),
                "to_agency_ids": list(plan.to_agency_ids),
                "effective_on": plan.effective_on,
                "legal_basis": plan.legal_basis,
                "planned_by": aggregate.planned_by,
                "planned_at": aggregate.planned_at,
            },
        )
        if plan.new_agencies:
            await self.connection.execute(
                _INSERT_NEW, [_row_of_new(aggregate.id, number, one) for number, one in enumerate(plan.new_agencies, 1)]
            )

    async def _one(self, row: Any) -> Reorganisation:
        [found] = await read_reorganisations(self.connection, [row])
        return self.touch(found)


async def due_reorganisations(connection: AsyncConnection, *, day: date) -> list[UUID]:
    """Whose day has come and that have not taken effect, the earliest first."""
    return list((await connection.execute(_DUE, {"day": day})).scalars())


async def read_reorganisations(connection: AsyncConnection, rows: Collection[Any]) -> list[Reorganisation]:
    """Those of these rows of the table, in their order."""
    new: dict[UUID, list[NewAgency]] = {}
    if rows:
        for one in await connection.execute(_NEW, {"ids": [row.id for row in rows]}):
            new.setdefault(one.reorganisation_id, []).append(_new_of(one))
    return [
        Reorganisation(
            row.id,
            ReorganisationPlan(
                kind=ReorganisationKind(row.kind),
                from_agency_ids=tuple(row.from_agency_ids),
                to_agency_ids=tuple(row.to_agency_ids),
                new_agencies=tuple(new.get(row.id, ())),
                effective_on=row.effective_on,
                legal_basis=row.legal_basis,
            ),
            standing=ReorganisationStanding(row.standing),
            planned_by=row.planned_by,
            planned_at=row.planned_at,
            withdrawn_because=row.withdrawn_because,
            version=row.version,
        )
        for row in rows
    ]


def _row_of_new(reorganisation_id: UUID, number: int, one: NewAgency) -> dict[str, object]:
    return {
        "reorganisation_id": reorganisation_id,
        "number": number,
        "key": one.key,
        "name": one.name,
        "short_name": one.short_name,
        "kind": one.kind.value,
        "scope": one.scope,
        "parent_id": one.parent_id,
        "identifier": one.identifier,
        "folded": sorted({folded(one.name), folded(one.short_name)}),
        "folded_identifier": None if one.identifier is None else folded(one.identifier),
    }


def _new_of(row: Any) -> NewAgency:
    return NewAgency(row.key, row.name, row.short_name, AgencyKind(row.kind), row.scope, row.parent_id, row.identifier)
