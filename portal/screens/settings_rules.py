"""Thiết lập của tỉnh: what the province has chosen, and how an administrator plans a change for a day to come."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from portal.answers import directory
from portal.messages import Catalogue
from portal.refusals import RefusalWords
from portal.screens.decisions import DecisionForm, planned_of, tomorrow, unknown, withdrawal_of
from portal.services import Json, Refused, ServiceAway
from portal.web import Sent, SentForm, Visit, Visitor, go

router = APIRouter()

YES_NO = {"yes": True, "no": False}


@dataclass
class SettingForm(DecisionForm):
    value: str = ""

    @staticmethod
    def of(sent: Sent) -> "SettingForm":
        return SettingForm(sent.text("valid_from"), sent.text("reason"), sent.text("idempotency_key"), value=sent.text("value"))

    def value_of(self, kind: str, messages: Catalogue) -> Json:
        """The value as the service takes it; puts what cannot be one into `errors`."""
        if not self.value:
            self.errors["value"] = messages("province.value-missing")
        elif kind == "number":
            try:
                return int(self.value)
            except ValueError:
                self.errors["value"] = messages("province.value-no-number")
        return YES_NO.get(self.value) if kind == "yes-no" else self.value


@dataclass(frozen=True)
class SettingView:
    """A setting with its words; its decisions come newest first, what is planned soonest first."""

    raw: Mapping[str, Json]
    today: str
    decisions: list[dict[str, Json]]
    planned: list[Mapping[str, Json]]
    options: list[tuple[str, str]]

    @staticmethod
    def of(setting: Mapping[str, Json], messages: Catalogue) -> "SettingView":
        def said(value: Json) -> str:
            return words_of_value(setting["key"], value, messages)

        decisions = [{**one, "words": said(one["value"])} for one in setting["decisions"]]
        options = YES_NO if setting["kind"] == "yes-no" else {one: one for one in setting["choices"]}
        return SettingView(
            setting, said(setting["today"]), decisions, planned_of(decisions), [(key, said(value)) for key, value in options.items()]
        )


def words_of_value(key: str, value: Json, messages: Catalogue) -> str:
    """A value as people say it; nothing where a decision takes one back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return messages(f"setting-value.{key}.{'yes' if value else 'no'}")
    if isinstance(value, int):
        return messages(f"setting-value.{key}", n=value)
    return messages.get(f"setting-value.{key}.{value}", value)


@router.get("/settings")
async def settings(visitor: Visit) -> Response:
    found = await visitor.get(directory.PROVINCE_SETTINGS)
    # For one that a newer service knows there are no words here yet.
    named = [one for one in found if visitor.messages.has(f"setting.{one['key']}")]
    return await visitor.page("settings.html", rules=[SettingView.of(one, visitor.messages) for one in named])


@router.get("/settings/{key}")
async def setting(visitor: Visit, key: str) -> Response:
    return await _page(visitor, key, SettingForm(valid_from=tomorrow(visitor.today)))


@router.post("/settings/{key}/plan")
async def plan(visitor: Visit, key: str, sent: SentForm) -> Response:
    form = SettingForm.of(sent)
    body = form.body(visitor.messages) | {"value": form.value_of(sent.text("kind"), visitor.messages)}
    if form.errors:
        return await _page(visitor, key, form, status=422)
    try:
        await visitor.change("directory", f"/province/settings/{key}/plan", body, sent.change)
    except Refused as refused:
        return await _page(visitor, key, form, status=refused.status, problem=form.refused(refused, visitor.messages))
    except ServiceAway:
        return await _page(visitor, key, form, status=503, problem=unknown(visitor.messages))
    return go(f"/settings/{key}")


@router.post("/settings/{key}/withdraw")
async def withdraw(visitor: Visit, key: str, sent: SentForm) -> Response:
    try:
        await visitor.change("directory", f"/province/settings/{key}/withdraw", withdrawal_of(sent), sent.change)
    except Refused as refused:
        form = SettingForm(valid_from=tomorrow(visitor.today), withdrawn=sent.text("valid_from"))
        return await _page(visitor, key, form, status=refused.status, problem=form.refused(refused, visitor.messages))
    return go(f"/settings/{key}")


async def _page(visitor: Visitor, key: str, form: SettingForm, *, status: int = 200, problem: RefusalWords | None = None) -> Response:
    found = await visitor.get(directory.SETTING_OF_KEY, key)
    return await visitor.page(
        "setting.html",
        status=status,
        s=SettingView.of(found, visitor.messages),
        form=form,
        earliest=tomorrow(visitor.today),
        problem=problem,
    )
