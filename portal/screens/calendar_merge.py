"""Two people plan the calendar of one year: whoever saves later sees what the other has changed, day by day, and loses nothing of either.

As `forms/merging.py` has it for fields: a day that was not touched since the form was opened takes the newest, one that only this person
touched stays, and where both did, both stand side by side until one is chosen.
"""

from collections.abc import Mapping

from portal.messages import Catalogue
from portal.screens.calendar_form import CalendarForm, Row


def merge_calendar(form: CalendarForm, newest: list[Row], words: Catalogue) -> list[str]:
    """Bring the days to come as they are now into those that were typed; what was taken over without asking, in words."""
    before, theirs, mine = _by_day(form.seen), _by_day(newest), _by_day(form.rows)
    told: list[str] = []
    merged: list[Row] = []
    for row in form.rows:
        other, was = theirs.get(row.key), before.get(row.key)
        if not row.key or other in (was, row):
            merged.append(row)
        elif row == was:
            told.append(words("calendar.merge-changed" if other else "calendar.merge-gone", day=row.day, name=(other or row).name))
            merged += [other] if other else []
        elif other is None:
            told.append(words("calendar.merge-removed-there", day=row.day, name=row.name))
            merged.append(row)
        else:
            row.theirs = other
            merged.append(row)
    for key, other in theirs.items():
        if key not in mine and other != before.get(key):
            told.append(words("calendar.merge-removed-here" if key in before else "calendar.merge-added", day=other.day, name=other.name))
            merged.append(other)
    form.rows, form.seen = merged, newest
    return told


def take_choices(form: CalendarForm, words: Catalogue) -> None:
    """What was chosen between one's own day and the one just saved; what is not chosen comes into the errors."""
    saved = _by_day(form.seen)
    for place, row in enumerate(form.rows):
        if not row.asked:
            continue
        other = saved.get(row.key)
        if row.choice == "theirs" and other is not None:
            form.rows[place] = other
        elif row.choice != "mine":
            row.theirs = other
            form.errors[f"day-{place}"] = words("merge.choose")


def _by_day(rows: list[Row]) -> Mapping[str, Row]:
    return {row.key: row for row in rows if row.key}
