"""Whatever a service may refuse, the page of a form says in our words, under the service's own status, and what was typed stays in it."""

from html import unescape

from libs.common.domain import DomainError
from portal.messages import vi
from tests.portal.conftest import Browser, Running
from tests.portal.test_confirming import Task, office, results
from tests.structure.guards import words

__all__ = ["office", "results"]

WITH_A_PAGE_OF_THEIR_OWN = {
    "not-signed-in": "the sign-in comes first, and what was typed is shown there",
    "membership-not-valid": "another position is chosen first",
    "not-found": "nothing is there to show the form of",
    "unavailable": "whether it was written down is not known",
    "unexpected": "whether it was written down is not known",
}
# Answered by what all services share, under another status than a wrong field.
STATUS = {"disk-full": 503, "too-large": 413, "not-json": 400, "bad-request": 400}


def statuses() -> dict[str, int]:
    """Each code that the portal has a sentence for → the status under which it is answered."""
    words.import_all()
    of_classes = {str(vars(cls)["code"]): cls.refusal.value for cls in words.ours(DomainError) if "code" in vars(cls)}  # type: ignore[attr-defined]
    codes = [key.removeprefix("problem.") for key in vi.WORDS if key.startswith("problem.")]
    return {code: of_classes.get(code, STATUS.get(code, 422)) for code in codes if code not in WITH_A_PAGE_OF_THEIR_OWN}


async def test_every_refusal_is_read_on_the_form(portal: Running, office: Browser, results: list[Task]) -> None:
    address, reason = f"/confirm/{results[0]['id']}", "Thiếu số liệu của “ba xã” & <phụ lục>"
    wrong = {}
    for code, status in statuses().items():
        portal.stand_in.refuse = {f"POST /tasks/tasks/{results[0]['id']}/results/return": (status, {"code": code})}
        await office.get(address)
        page = await office.send(f"{address}/return", {"reason": reason})
        said = vi.WORDS[f"problem.{code}"] in unescape(page.text)
        if (page.status_code, said, office.value_of(f"{address}/return", "reason")) != (status, True, reason):
            wrong[code] = (page.status_code, said)
    assert wrong == {}


async def test_every_word_on_a_field_is_read_beside_it(portal: Running, office: Browser, results: list[Task]) -> None:
    address = f"/confirm/{results[0]['id']}"
    wrong = []
    for code in statuses():
        errors = [{"field": "reason", "code": code, "message": "not in our words"}]
        portal.stand_in.refuse = {f"POST /tasks/tasks/{results[0]['id']}/results/return": (422, {"code": "invalid-body", "errors": errors})}
        await office.get(address)
        await office.send(f"{address}/return", {"reason": "x"})
        if unescape("".join(office.errors)) != vi.WORDS[f"problem.{code}"]:
            wrong.append((code, office.errors))
    assert wrong == []


async def test_what_a_service_did_not_write_down_is_not_left_in_doubt(portal: Running, office: Browser, results: list[Task]) -> None:
    address = f"/confirm/{results[0]['id']}"
    await office.get(address)
    for code, doubt in (("disk-full", False), ("replica-stale", False), ("unavailable", True)):
        portal.stand_in.refuse = {f"POST /tasks/tasks/{results[0]['id']}/results/return": (503, {"code": code})}
        key = office.value_of(f"{address}/return", "idempotency_key")
        page = await office.send(f"{address}/return", {"reason": "Thiếu"})
        assert page.status_code == 503
        assert (vi.WORDS["away.form"] in page.text) == doubt
        assert (office.value_of(f"{address}/return", "idempotency_key") == key) == doubt, "sent again, it is written once"
