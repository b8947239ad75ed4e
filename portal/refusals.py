"""What a person reads when a service refuses: a sentence for the whole, and one beside each field."""

from dataclasses import dataclass

from portal.messages import Catalogue
from portal.services import Refused


@dataclass(frozen=True)
class RefusalWords:
    """`title` says what is wrong, `advice` what to do next; `link` (address, words) leads to what stands in the way."""

    title: str
    advice: str = ""
    link: tuple[str, str] | None = None


def problem_of(refused: Refused, messages: Catalogue) -> RefusalWords:
    """Words of ours for the code; the service's own sentence for a code that is new to us."""
    title = messages.get(f"problem.{refused.code}", refused.title or messages("problem.unexpected"))
    advice = messages(f"advice.{refused.code}") if messages.has(f"advice.{refused.code}") else ""
    return RefusalWords(title, advice, _first_registered(refused, messages) or _bearer(refused))


def _first_registered(refused: Refused, messages: Catalogue) -> tuple[str, str] | None:
    """The document that bears the same number, where the service names one."""
    first = refused.problem.get("first")
    if first is None:
        return None
    return f"/directives/{first['id']}", messages("register.first-document", label=first["label"], subject=first["subject"])


def _bearer(refused: Refused) -> tuple[str, str] | None:
    """The agency that has the same name or code, where the service names one."""
    bearer = refused.problem.get("bearer")
    return None if bearer is None else (f"/agencies/{bearer['id']}", str(bearer["name"]))


def errors_of(refused: Refused, messages: Catalogue) -> dict[str, str]:
    """Field as the service names it → sentence; the first one for each field."""
    errors = refused.errors or ([{"field": refused.problem["field"], "code": refused.code}] if "field" in refused.problem else [])
    return {
        str(error["field"]): messages.get(f"problem.{error['code']}", str(error.get("message") or messages("form.wrong")))
        for error in reversed(errors)
    }
