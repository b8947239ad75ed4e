"""Two people correct one draft: whoever saves later sees what the other has changed, and loses nothing of either."""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from portal.forms.form import Form
from portal.forms.merging import Values, is_same, is_untouched, merge, values_of
from portal.messages import Catalogue
from portal.screens.directive_form import DirectiveForm, InstructionForm, renumbered


def merge_directive(form: DirectiveForm, newest: DirectiveForm, words: Catalogue) -> list[Markup]:
    """Bring what is there now into what was typed; what was taken over without asking, in words."""
    told = [words(form.document.named(name).label) for name in merge(form.document, form.seen.document, values_of(newest.document))]
    before_of = _matched(form.seen.instructions, newest.instructions)
    mine = {int(one.was): one for one in form.instructions if one.was.isdecimal()}
    merged: list[InstructionForm] = []
    for place, theirs in enumerate(newest.instructions):
        number = words("register.instruction", n=len(merged) + 1)
        before = before_of.get(place)
        if before is None:
            told.append(words("merge.added", instruction=number))
            merged.append(theirs)
        elif before in mine:
            one = mine.pop(before)
            taken = merge(one, form.seen.instructions[before], values_of(theirs))
            told += [Markup("{} · {}").format(number, words(one.named(name).label)) for name in taken]
            one.was = theirs.was
            merged.append(one)
        elif not is_untouched(theirs, form.seen.instructions[before]):
            told.append(words("merge.removed-here", instruction=number))
            merged.append(theirs)
    for one in form.instructions:
        if not one.was.isdecimal():
            merged.append(one)
        elif mine.get(int(one.was)) is one:
            told += _removed_there(form, one, merged, words)
    form.instructions = renumbered(merged)
    form.seen = newest.seen
    form.document.version = newest.document.version
    return told


def _removed_there(form: DirectiveForm, one: InstructionForm, merged: list[InstructionForm], words: Catalogue) -> Iterator[Markup]:
    """The other has removed it: it goes, unless this person has worked on it."""
    place = int(one.was)
    if place < len(form.seen.instructions) and is_untouched(one, form.seen.instructions[place]):
        yield words("merge.gone", content=one["content"])
    else:
        one.was = ""
        merged.append(one)
        yield words("merge.removed-there", instruction=words("register.instruction", n=len(merged)))


def _matched(before: Sequence[Values], newest: Sequence[Form]) -> dict[int, int]:
    """Which instruction of now is which of before, by all they say, by their content, by where they stand: no name outlives a change."""
    matched: dict[int, int] = {}

    def match(place: int, alike: Sequence[int]) -> None:
        if alike and place not in matched:
            matched[place] = alike[0]

    def free() -> list[int]:
        return [one for one in range(len(before)) if one not in matched.values()]

    for place, theirs in enumerate(newest):
        match(place, [one for one in free() if is_untouched(theirs, before[one])])
    for place, theirs in enumerate(newest):
        same_words = values_of(theirs)["content"]
        match(place, [one for one in free() if is_same(theirs, "content", same_words, before[one].get("content"))])
    for place in range(len(newest)):
        # Between the same neighbours: what was removed here and added there is not one that was rewritten.
        match(place, [one for one in free() if all((other < place) == (was < one) for other, was in matched.items())])
    return matched
