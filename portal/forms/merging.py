"""Somebody else was quicker: what is typed meets what he saved, field by field, and nobody's words go without being seen.

A form carries what was there when it was opened (`seen`). What was not touched since takes the newest; what only this person has touched
stays his; where both did, both stand side by side, and he chooses.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from portal.forms.fields import Agency, Field, Unreadable
from portal.forms.form import Form, Value
from portal.messages import Catalogue
from portal.services import Json

Values = Mapping[str, Value]


def values_of(form: Form) -> Values:
    return {one.name: form.value(one.name) for one in form.fields}


def to_json(values: Values) -> Json:
    return {name: [value.text, *value.ids] for name, value in values.items()}


def of_json(fields: Sequence[Field], found: Any) -> Values:
    """It comes back from a page: what is not as we wrote it was not seen."""
    if not isinstance(found, dict):
        return {}
    known = {one.name: found[one.name] for one in fields if isinstance(found.get(one.name), list) and found[one.name]}
    return {name: Value(str(text), tuple(map(str, ids))) for name, (text, *ids) in known.items()}


def is_same(form: Form, name: str, one: Value | None, other: Value | None) -> bool:
    """Whether both mean the same, however they are written; what nobody has seen is the same as nothing."""
    return one is not None and other is not None and _meant(form, name, one) == _meant(form, name, other)


def is_untouched(form: Form, seen: Values) -> bool:
    return all(is_same(form, name, value, seen.get(name)) for name, value in values_of(form).items())


def merge(form: Form, seen: Values, newest: Values) -> list[str]:
    """Bring the newest into the form; the fields that were taken over. What both touched is put beside the field, to be chosen from."""
    taken = []
    for name, mine in values_of(form).items():
        theirs, before = newest[name], seen.get(name)
        if is_same(form, name, theirs, before) or is_same(form, name, theirs, mine):
            continue
        if is_same(form, name, mine, before):
            _put(form, name, theirs)
            taken.append(name)
        else:
            form.theirs[name] = theirs
            form.choices.pop(name, None)
    return taken


def take_choices(form: Form, seen: Values, words: Catalogue) -> None:
    """What was chosen between the two, of which the other's is what was seen last; what is not chosen yet is asked for again."""
    for name in list(form.theirs):
        theirs = seen.get(name, Value(""))
        match form.choices.get(name):
            case "theirs":
                _put(form, name, theirs)
                del form.theirs[name]
            case "mine":
                del form.theirs[name]
            case _:
                form.theirs[name] = theirs
                form.note(name, words("merge.choose"))


def _put(form: Form, name: str, value: Value) -> None:
    form.texts[name] = value.text
    if name in form.ids:
        form.ids[name] = list(value.ids)


def _meant(form: Form, name: str, value: Value) -> Json:
    field = form.named(name)
    if isinstance(field, Agency):
        return value.ids or value.text
    try:
        return field.read({**dict.fromkeys(field.typed_into, ""), name: value.text}) or ""
    except Unreadable:
        return value.text
