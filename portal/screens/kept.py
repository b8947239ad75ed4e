"""All fields of all forms by name, for what was typed when the form itself is gone."""

from portal.forms.fields import Choice, Field
from portal.forms.form import Kept
from portal.messages import Catalogue
from portal.screens.agency_reports import COMPLETION, PROGRESS
from portal.screens.confirm import DECISION
from portal.screens.directive_form import DOCUMENT, INSTRUCTION, INSTRUCTION_FIELD
from portal.web import Sent

KNOWN: dict[str, Field] = {one.name: one for one in (*DOCUMENT, *INSTRUCTION, *PROGRESS, *COMPLETION, *DECISION)}


def kept_of(sent: Sent, words: Catalogue) -> list[Kept]:
    """What a person wrote, in the order in which it was sent; what the page put there itself is none of it."""
    return [
        Kept(name, words(field.label), text)
        for name, text in sent.all_texts().items()
        if (field := KNOWN.get(INSTRUCTION_FIELD.sub("", name))) is not None and not isinstance(field, Choice) and name != "secrecy"
    ]
