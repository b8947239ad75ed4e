"""What the acts of naming an agency share: what a name may be, and that nobody else who lives has it."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from libs.common.folding import folded
from libs.contracts.bounds import AGENCY_NAME
from services.directory.domain.agency import Agency, AgencyNameTaken
from services.directory.persistence.repository import Bearer
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=AGENCY_NAME.characters),
    AfterValidator(AGENCY_NAME.checked),
]


async def require_free_names(named: Iterable[tuple[str, str]], agency: Agency, uow: DirectoryUnitOfWork, *, day: date) -> None:
    """`named` are the names that it gets, each with its field. Raises AgencyNameTaken with whoever has one on `day` or later.

    Whoever asks has locked the names before.
    """
    compared = [(field, folded(name)) for field, name in named]
    taken = await uow.agencies.bearers_of_names([name for _, name in compared], other_than=agency, day=day)
    for field, name in compared:
        if name in taken:
            raise AgencyNameTaken(field=field, bearer=told(taken[name]))


def told(bearer: Bearer) -> dict[str, str]:
    """As a refusal names it."""
    return {"id": str(bearer.id), "name": bearer.name}
