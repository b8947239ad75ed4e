"""What is being typed: kept sealed for the person and the membership in which he types, until it is saved, for at most 14 days."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from starlette.datastructures import FormData

from libs.common.db import Database
from libs.common.housekeeping import BATCH, Chore
from portal.csrf import Whose
from portal.session import SealedBox

MOST_OF_ONE = 100

# A draft whose form has been finished under its key is not written again by what was still on its way.
_KEEP = text("""
INSERT INTO draft (person_id, membership_id, form, sealed) VALUES (:person, :membership, :form, :sealed)
ON CONFLICT (person_id, membership_id, form) DO UPDATE SET sealed = excluded.sealed, kept_at = now()
WHERE draft.finished IS DISTINCT FROM :key
""")
_MOST = text(f"""
DELETE FROM draft WHERE person_id = :person AND membership_id = :membership AND form IN (
  SELECT form FROM draft WHERE person_id = :person AND membership_id = :membership ORDER BY kept_at DESC, form OFFSET {MOST_OF_ONE})
""")
_FIND = text("""
SELECT sealed, kept_at FROM draft
WHERE person_id = :person AND membership_id = :membership AND form = :form AND sealed IS NOT NULL AND kept_at > now() - interval '14 days'
""")
_FINISH = text("""
INSERT INTO draft (person_id, membership_id, form, finished) VALUES (:person, :membership, :form, :key)
ON CONFLICT (person_id, membership_id, form) DO UPDATE SET sealed = NULL, finished = excluded.finished, kept_at = now()
""")
_END_WITH_MEMBERSHIP = text("DELETE FROM draft WHERE person_id = :person AND membership_id <> ALL (CAST(:living AS uuid[]))")

OLD_DRAFTS = Chore(
    "draft",
    text(f"""
WITH gone AS (
  DELETE FROM draft WHERE ctid IN (SELECT ctid FROM draft WHERE kept_at < now() - interval '14 days' LIMIT {BATCH}) RETURNING 1)
SELECT count(*) AS gone, CASE WHEN count(*) = {BATCH} THEN CAST(:after AS text[]) END AS last FROM gone
"""),
)


@dataclass(frozen=True)
class Draft:
    """A form as it was typed last, and when."""

    typed: FormData
    kept_at: datetime


class Drafts:
    """`form` is the path of the page in which it is typed."""

    def __init__(self, database: Database, box: SealedBox) -> None:
        self._database = database
        self._box = box

    async def keep(self, whose: Whose, form: str, key: str, typed: Sequence[tuple[str, str]]) -> bool:
        """In the place of what was kept of it before. `key` is that under which the form will be sent; one that is finished stays so."""
        sealed = self._box.seal(json.dumps(typed).encode(), _about(whose, form))
        async with self._database.begin() as connection:
            written = await connection.execute(_KEEP, {**_owner(whose), "form": form, "sealed": sealed, "key": key})
            await connection.execute(_MOST, _owner(whose))
            return written.rowcount == 1

    async def find(self, whose: Whose, form: str) -> Draft | None:
        async with self._database.read() as connection:
            row = (await connection.execute(_FIND, {**_owner(whose), "form": form})).one_or_none()
        if row is None:
            return None
        typed = json.loads(self._box.open(row.sealed, _about(whose, form)))
        return Draft(FormData([(name, value) for name, value in typed]), row.kept_at)

    async def finish(self, whose: Whose, form: str, key: str) -> None:
        """Nothing of it stays. What a browser still sends of it under this key is not kept any more."""
        async with self._database.begin() as connection:
            await connection.execute(_FINISH, {**_owner(whose), "form": form, "key": key})

    async def end_with_memberships(self, person_id: UUID, living: Iterable[UUID]) -> None:
        """Of a membership that has ended nothing stays."""
        async with self._database.begin() as connection:
            await connection.execute(_END_WITH_MEMBERSHIP, {"person": person_id, "living": list(living)})


def _owner(whose: Whose) -> dict[str, UUID]:
    return {"person": whose.person_id, "membership": whose.membership_id}


def _about(whose: Whose, form: str) -> bytes:
    """Opened for nobody else, and in no other form."""
    return b"draft" + whose.person_id.bytes + whose.membership_id.bytes + form.encode()
