"""Agencies for screens: found by any of their names without diacritics, or by a whole code; exact beginnings first, and living ones
before those that ended."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.domain import NotFound
from libs.common.folding import folded, search_words
from libs.contracts.agency_groups import AGENCY_GROUPS

LIVES = "coalesce(a.valid_from, '-infinity') <= :day AND coalesce(a.valid_to, 'infinity') >= :day"

# Who lives in the asker's own province before who lives elsewhere (a ministry is never meant by "nnmt"), and who has ended comes last.
# Then a name that is the whole query, begins with it, has a word that begins with it, holds it somewhere, or has its words
# apart and in any order: in this order.
_SEARCH = f"""
WITH matched AS (
  SELECT DISTINCT ON (a.id) a.*, n.alias,
    CASE WHEN n.folded = :q THEN 0 WHEN n.folded LIKE :prefix ESCAPE '!' THEN 1
         WHEN n.folded LIKE :word ESCAPE '!' THEN 2 WHEN n.folded LIKE :anywhere ESCAPE '!' THEN 3 ELSE 4 END AS rank,
    CASE WHEN NOT ({LIVES}) THEN 2 WHEN a.scope = (SELECT scope FROM agency WHERE id = CAST(:within AS uuid)) THEN 0 ELSE 1 END AS place,
    n.is_former
  FROM agency a JOIN (
    SELECT agency_id, alias, folded, is_former FROM agency_alias
    UNION ALL SELECT agency_id, code, folded, false FROM agency_code WHERE folded = :q) n ON n.agency_id = a.id
  WHERE (n.folded LIKE :anywhere ESCAPE '!' OR ' ' || n.folded || ' ' LIKE ALL(CAST(:each_word AS text[])))
    AND (NOT :living OR ({LIVES})) AND (CAST(:kinds AS text[]) IS NULL OR a.kind = ANY(CAST(:kinds AS text[])))
  ORDER BY a.id, rank, n.is_former, length(n.folded), n.folded)
SELECT *, (SELECT count(*) FROM matched) AS total FROM matched
WHERE CAST(:after_rank AS int) IS NULL
   OR (place, rank, sort_key, id)
      > (CAST(:after_place AS int), CAST(:after_rank AS int), CAST(:after_key AS text), CAST(:after_id AS uuid))
ORDER BY place, rank, sort_key, id LIMIT :limit
"""
_SEARCH_STATEMENT = text(_SEARCH)


@dataclass(frozen=True)
class Successor:
    id: UUID
    name: str
    short_name: str


@dataclass(frozen=True)
class FoundAgency:
    """`matched_alias` is the name that was found, when it is not the agency's present one; `place` and `rank` order the list.

    `successors` are the living ones that took over from it, if it has ended.
    """

    id: UUID
    key: str
    name: str
    short_name: str
    kind: str
    scope: str
    parent_id: UUID | None
    valid_from: date | None
    valid_to: date | None
    matched_alias: str | None
    sort_key: str
    place: int
    rank: int
    successors: tuple[Successor, ...] = ()


@dataclass(frozen=True)
class FoundAgencies:
    items: list[FoundAgency]
    total: int


def _like(words: str) -> str:
    return words.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def each_word(words: str) -> list[str]:
    """Patterns for words that stand apart: whole ones, of which the last may be unfinished. A text without a word finds nothing so."""
    *whole, last = search_words(words) or [""]
    return [*(f"% {word} %" for word in whole), f"% {last}%"] if last else [""]


async def search_agencies(
    connection: AsyncConnection,
    *,
    q: str | None,
    kinds: tuple[str, ...] | None,
    living: bool,
    within: UUID | None,
    day: date,
    after: tuple[int, int, str, UUID] | None,
    limit: int,
) -> FoundAgencies:
    """`within` is the agency of whoever asks: its province comes first."""
    words = folded(q or "")
    parameters: dict[str, Any] = {
        "q": words,
        "prefix": f"{_like(words)}%",
        "word": f"% {_like(words)}%",
        "anywhere": f"%{_like(words)}%",
        "each_word": each_word(words),
        "living": living,
        "kinds": list(kinds) if kinds is not None else None,
        "within": within,
        "day": day,
        **dict(zip(("after_place", "after_rank", "after_key", "after_id"), after or (None,) * 4, strict=True)),
        "limit": limit,
    }
    rows = (await connection.execute(_SEARCH_STATEMENT, parameters)).all()
    found = await _with_successors(connection, [_found(row, words) for row in rows], day)
    return FoundAgencies(found, rows[0].total if rows else 0)


# Through those that have ended themselves, to those that live.
_SUCCESSORS = text(f"""
WITH RECURSIVE took_over AS (
  SELECT agency_id AS ended, successor_id FROM agency_successor WHERE agency_id = ANY(CAST(:ended AS uuid[]))
  UNION
  SELECT o.ended, s.successor_id FROM took_over o JOIN agency_successor s ON s.agency_id = o.successor_id)
SELECT o.ended, a.id, a.name, a.short_name FROM took_over o JOIN agency a ON a.id = o.successor_id
WHERE {LIVES} ORDER BY a.sort_key, a.id
""")


async def living_successors(connection: AsyncConnection, ended: Sequence[UUID], day: date) -> dict[UUID, tuple[Successor, ...]]:
    """Who lives on `day` and took over from each, were it through others."""
    successors: dict[UUID, tuple[Successor, ...]] = {}
    for row in await connection.execute(_SUCCESSORS, {"ended": ended, "day": day}) if ended else ():
        successors[row.ended] = (*successors.get(row.ended, ()), Successor(row.id, row.name, row.short_name))
    return successors


async def _with_successors(connection: AsyncConnection, found: list[FoundAgency], day: date) -> list[FoundAgency]:
    ended = [one.id for one in found if one.valid_to is not None and one.valid_to < day]
    successors = await living_successors(connection, ended, day)
    return [replace(one, successors=successors.get(one.id, ())) for one in found]


def _found(row: Any, words: str) -> FoundAgency:
    own = (folded(row.name), folded(row.short_name))
    told = row.alias if words and not any(_said_by(words, name) for name in own) else None
    return FoundAgency(
        row.id,
        row.key,
        row.name,
        row.short_name,
        row.kind,
        row.scope,
        row.parent_id,
        row.valid_from,
        row.valid_to,
        told,
        row.sort_key,
        row.place,
        row.rank,
    )


def _said_by(words: str, name: str) -> bool:
    *whole, last = search_words(words) or [""]
    return words in name or all(f" {word}" in f" {name} " for word in (*(f"{one} " for one in whole), last))


_ONE = text("SELECT a.*, NULL AS alias, 0 AS place, 0 AS rank FROM agency a WHERE a.id = :id")


async def one_agency(connection: AsyncConnection, agency_id: UUID, day: date) -> FoundAgency:
    """Raises NotFound. Ended agencies are told too: past figures speak of them."""
    row = (await connection.execute(_ONE, {"id": agency_id})).one_or_none()
    if row is None:
        raise NotFound
    [found] = await _with_successors(connection, [_found(row, "")], day)
    return found


_COUNTS = text(f"""
SELECT a.kind, count(*) AS agencies FROM agency a
WHERE {LIVES} AND a.scope = (SELECT scope FROM agency WHERE id = CAST(:within AS uuid)) GROUP BY a.kind
""")


async def group_counts(connection: AsyncConnection, *, within: UUID | None, day: date) -> dict[str, int]:
    """How many living agencies each group has in the province of the agency `within`."""
    counts = {row.kind: row.agencies for row in await connection.execute(_COUNTS, {"day": day, "within": within})}
    return {key: sum(counts.get(kind, 0) for kind in kinds) for key, kinds in AGENCY_GROUPS.items()}
