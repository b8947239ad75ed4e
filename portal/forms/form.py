"""A form as it is typed: texts stay texts until they are sent on, so nothing typed is ever lost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from markupsafe import Markup

from portal.agencies import AgencyName
from portal.forms.fields import Agencies, Agency, Field, Own, Unreadable
from portal.messages import Catalogue
from portal.services import Json
from portal.web import Sent


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one field: where it stands in the page, what it is called, what to do about it."""

    id: str
    label: Markup
    text: str


@dataclass(frozen=True)
class Kept:
    """What was typed into one field."""

    id: str
    label: Markup
    text: str


@dataclass(frozen=True)
class Value:
    """What one field says: its text, and the agencies that stand for it."""

    text: str
    ids: tuple[str, ...] = ()


@dataclass
class Form:
    """`texts` and `errors` lie under the names of the controls, `ids` of agencies under the names of their fields.

    `prefix` keeps the forms of a list apart. `key` and `version` make a change safe to send twice. `offered` are options that only the
    page knows. `draft` is the path of the form under which is kept what is typed, `draft_kept` the moment of the draft that it shows.
    `theirs` is what somebody else has saved meanwhile in a field that is touched here too, `choices` what was chosen between the two; `was`
    is the place that the form had in its list when it was opened. `focused` is the field in which typing goes on.
    """

    fields: Sequence[Field]
    prefix: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offered: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    key: str = ""
    version: str = ""
    draft: str = ""
    draft_kept: str = ""
    theirs: dict[str, Value] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    was: str = ""
    focused: str = ""

    def __post_init__(self) -> None:
        for one in self.fields:
            for control in one.typed_into:
                self.texts.setdefault(control, one.default if control == one.name else "")
            if isinstance(one, Agency):
                self.ids.setdefault(one.name, [])

    @classmethod
    def of_sent(cls, fields: Sequence[Field], sent: Sent, *, prefix: str = "", draft: str = "") -> Self:
        """As it was sent."""
        return cls(
            fields,
            prefix,
            texts={control: sent.text(prefix + control) for one in fields for control in one.typed_into},
            ids={
                one.name: list(dict.fromkeys(filter(None, sent.texts(prefix + one.id_name)))) for one in fields if isinstance(one, Agency)
            },
            key=sent.text("idempotency_key"),
            version=sent.text("version"),
            draft=draft,
            theirs={one.name: Value("") for one in fields if sent.text(f"{prefix}{one.name}-asked")},
            choices={one.name: sent.text(f"{prefix}{one.name}-choice") for one in fields},
            was=sent.text(f"{prefix}was"),
        )

    @classmethod
    def of_body(cls, fields: Sequence[Field], found: Mapping[str, Json], *, prefix: str = "") -> Self:
        """As somebody would have typed what the service has; agencies are put in by whoever knows where they stand in it."""
        return cls(fields, prefix, texts={one.name: one.show(found[one.name]) for one in fields if one.name in found})

    def __getitem__(self, name: str) -> str:
        return self.texts[name]

    def value(self, name: str) -> Value:
        return Value(self.texts[name], tuple(self.ids.get(name, ())))

    def named(self, name: str) -> Field:
        return next(one for one in self.fields if one.name == name)

    def id_of(self, name: str) -> str:
        """What the control is called in the page."""
        return self.prefix + name

    def error_of(self, name: str) -> str:
        return self.errors.get(name, "")

    def body(self, words: Catalogue) -> dict[str, Json]:
        """What is sent to the service; what cannot be read is put into `errors`."""
        return {
            one.name: self._read(one, words)
            for one in self.fields
            if not isinstance(one, Agency) and not (isinstance(one, Own) and one.reads is None)
        }

    def _read(self, one: Field, words: Catalogue) -> Json:
        if one.only_if is not None and self.texts[one.only_if[0]] != one.only_if[1]:
            return None
        try:
            return one.read(self.texts)
        except Unreadable as unreadable:
            self.errors[one.name] = words(unreadable.key)
            return None

    def note(self, name: str, text: str) -> None:
        """What the service said of a field; a form says first what cannot be read, and keeps that."""
        self.errors.setdefault(name, text)

    def wrong(self, words: Catalogue) -> Iterator[Wrong]:
        """Everything that is wrong, in the order of the page."""
        for one in self.fields:
            if one.name in self.errors:
                yield Wrong(self.id_of(one.name), words(one.label), self.errors[one.name])

    def options(self, name: str, words: Catalogue) -> list[tuple[str, str]]:
        one = self.named(name)
        keys: tuple[str, ...] = getattr(one, "keys", ())
        return [(key, words(f"{getattr(one, 'words', '')}.{key}")) for key in keys] or list(self.offered.get(name, ()))

    def tokens(self, name: str, names: Mapping[str, AgencyName]) -> list[AgencyName]:
        """The agencies of a field; one without a known name is kept all the same."""
        assert isinstance(self.named(name), Agencies)
        return [names.get(one) or AgencyName(one, "–", "–", "") for one in self.ids[name]]

    def kept(self, words: Catalogue) -> list["Kept"]:
        """What was typed, for a page on which the form itself cannot be shown."""
        return [Kept(self.id_of(one.name), words(one.label), self.texts[one.name]) for one in self.fields if self.texts[one.name]]
