"""What the acts of naming an agency share: what a name may be, and that nobody else who lives has it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from libs.common.folding import folded
from libs.contracts.bounds import AGENCY_NAME
from services.directory.domain.agency import Agency, AgencyNamePlanned, AgencyNameTaken
from services.directory.persistence.repository import Bearer
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=AGENCY_NAME.characters),
    AfterValidator(AGENCY_NAME.checked),
]


async def require_free_names(named: Iterable[tuple[str, str]], agency: Agency, uow: DirectoryUnitOfWork, *, day: date) -> None:
    """`named` are the names that it gets, each with its field. Raises AgencyNameTaken with whoever has one on `day` or later,
    and AgencyNamePlanned.

    Whoever asks has locked the names before.
    """
    compared = [(field, folded(name)) for field, name in named]
    await require_unborne(compared, uow, scope=agency.details.scope, other_than=[agency.id], day=day)


async def require_unborne(
    compared: Sequence[tuple[str, str]], uow: DirectoryUnitOfWork, *, scope: str, other_than: Collection[UUID], day: date
) -> None:
    """`compared` are folded names, each with its field; `other_than` are agencies that may have them. Raises AgencyNameTaken, and
    AgencyNamePlanned where an agency that is to begin by a reorganisation will have one."""
    names = [name for _, name in compared]
    taken = await uow.agencies.bearers_of_names(names, scope=scope, other_than=other_than, day=day)
    planned = await uow.reorganisations.planned_names(names, scope=scope)
    for field, name in compared:
        if name in taken:
            raise AgencyNameTaken(field=field, bearer=told(taken[name]))
        if name in planned:
            raise AgencyNamePlanned(field=field)


def told(bearer: Bearer) -> dict[str, str]:
    """As a refusal names it."""
    return {"id": str(bearer.id), "name": bearer.name}
