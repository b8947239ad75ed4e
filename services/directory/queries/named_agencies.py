"""A pasted list becomes agencies of one's own province, name by name; what is not clear comes back with those who may be meant."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.directory.domain.recognition import Bearer, candidates_of, forms_of, meant_by, names_in
from services.directory.queries.agencies import LIVES, each_word

OFFERED = 5
MOST_NAMES = 100

# An agency that has ended is told by those who took over from it, were it through others.
_BEARERS = text(f"""
WITH RECURSIVE named AS (
  SELECT n.folded, n.alias, n.is_former, n.agency_id, false AS took_over FROM agency_alias n WHERE n.folded = ANY(CAST(:forms AS text[]))
  UNION
  SELECT n.folded, n.alias, n.is_former, s.successor_id, true FROM named n JOIN agency_successor s ON s.agency_id = n.agency_id)
SELECT named.folded, named.alias, named.is_former, named.took_over, a.id, a.name, a.short_name
FROM named JOIN agency a ON a.id = named.agency_id
WHERE {LIVES} AND a.scope = (SELECT scope FROM agency WHERE id = CAST(:within AS uuid))
ORDER BY a.sort_key, a.id, named.alias
""")
_LIKE = text(f"""
SELECT asked.name AS typed, found.* FROM unnest(CAST(:names AS text[]), CAST(:words AS text[])) AS asked (name, words)
CROSS JOIN LATERAL (
  SELECT a.id, a.name, a.short_name FROM agency a
  WHERE {LIVES} AND a.scope = (SELECT scope FROM agency WHERE id = CAST(:within AS uuid))
    AND EXISTS (
      SELECT 1 FROM agency_alias n
      WHERE n.agency_id = a.id AND ' ' || n.folded || ' ' LIKE ALL(string_to_array(asked.words, '|')))
  ORDER BY a.sort_key, a.id LIMIT :limit) AS found
""")


class TooManyNames(Exception):
    """More than are looked up at once."""


@dataclass(frozen=True)
class Named:
    id: UUID
    name: str
    short_name: str


@dataclass(frozen=True)
class RecognisedName:
    """`agency` is who is meant; None where nobody, or several may be: the first of them are `offers`. `was_called`: by its former name."""

    typed: str
    agency: Named | None
    was_called: str | None
    offers: tuple[Named, ...]


async def named_agencies(connection: AsyncConnection, lines: Sequence[str], *, within: UUID | None, day: date) -> list[RecognisedName]:
    """In the order of the list. `within` is the agency of whoever asks. Raises TooManyNames."""
    if sum(1 + line.count(",") for line in lines) > MOST_NAMES:
        raise TooManyNames
    agencies, bearers = await _bearers(connection, lines, within=within, day=day)

    def meant(typed: str) -> list[Bearer]:
        return meant_by(typed, [one for form in forms_of(typed) for one in bearers.get(form, ())])

    typed = [name for line in lines for name in names_in(line, lambda one: bool(meant(one)))]
    found = {name: meant(name) for name in dict.fromkeys(typed)}
    similar = await _similar(connection, [name for name, those in found.items() if not those], within=within, day=day)
    return [_recognised(name, found[name], agencies, similar.get(name, ())) for name in typed]


def _recognised(typed: str, meant: Sequence[Bearer], agencies: Mapping[UUID, Named], similar: Sequence[Named]) -> RecognisedName:
    if len(meant) != 1:
        return RecognisedName(typed, None, None, tuple(agencies[one.agency_id] for one in meant[:OFFERED]) or tuple(similar))
    (one,) = meant
    return RecognisedName(typed, agencies[one.agency_id], one.alias if one.is_former or one.took_over else None, ())


async def _bearers(
    connection: AsyncConnection, lines: Sequence[str], *, within: UUID | None, day: date
) -> tuple[dict[UUID, Named], dict[str, list[Bearer]]]:
    """Who bears a name that may stand in the lines, by its folded form."""
    forms = {form for line in lines for candidate in candidates_of(line) for form in forms_of(candidate)}
    agencies: dict[UUID, Named] = {}
    bearers: dict[str, list[Bearer]] = {}
    for row in await connection.execute(_BEARERS, {"forms": list(forms), "within": within, "day": day}):
        agencies[row.id] = Named(row.id, row.name, row.short_name)
        bearers.setdefault(row.folded, []).append(Bearer(row.id, row.alias, row.is_former, row.took_over))
    return agencies, bearers


async def _similar(connection: AsyncConnection, names: Sequence[str], *, within: UUID | None, day: date) -> dict[str, list[Named]]:
    """The first few agencies with a name that has the words typed, in any order."""
    similar: dict[str, list[Named]] = {}
    if not names:
        return similar
    # Words are letters and digits alone.
    asked = ["|".join(each_word(name)) for name in names]
    parameters = {"names": list(names), "words": asked, "within": within, "day": day, "limit": OFFERED}
    for row in await connection.execute(_LIKE, parameters):
        similar.setdefault(row.typed, []).append(Named(row.id, row.name, row.short_name))
    return similar
