"""Pages from templates; a part of a page is a block of its template, so both are always the same."""

from collections.abc import Callable, Hashable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template, Undefined
from jinja2.environment import TemplateModule
from jinja2_fragments import render_block
from markupsafe import Markup

from portal import formats
from portal.task_view import shortened

TEMPLATES = Path(__file__).parent / "templates"
PART = "part_"
SPRITE_PLACE = "<!--sprite-->"
MOST_DRAWN = 8
MOST_SIGNS = 200
SIGNS = ("icon", "mark")
MACROS = ("status", "deadline", "numbers", "fields", "assignees", "forms", "lists")


class Missing(Undefined):
    """What is not there is false in a test, and an error when somebody prints it."""

    __str__ = Undefined._fail_with_undefined_error


class Macros:
    """Templates say `ui.macro(…)`: all macros lie in one namespace, call each other through it, and see what the page sees: messages,
    today, form token.

    The macros of one file are made together when the page calls the first of them: no page needs those of every file.
    """

    def __init__(self, files: Mapping[str, Template], context: Mapping[str, object], signs: Mapping[str, object]) -> None:
        self._files = files
        self._context = {**context, "ui": self}
        vars(self).update(signs)

    def __getattr__(self, name: str) -> object:
        file = self._files.get(name)
        if file is None:
            raise AttributeError(name)
        vars(self).update(_macros_of(file.make_module(self._context, shared=True)))
        return vars(self)[name]


def _macros_of(module: TemplateModule) -> dict[str, object]:
    return {name: macro for name, macro in vars(module).items() if not name.startswith("_")}


class Pages:
    def __init__(self) -> None:
        self._drawn: dict[Hashable, Markup] = {}
        self._environment = _environment()
        files = [self._environment.get_template(f"ui/{name}.html") for name in MACROS]
        self._files = {name: file for file in files for name in _macros_of(file.module)}
        signs = self._environment.get_template("ui/signs.html").module
        # A list has hundreds, and a macro takes ten times as long as a look at what it said before.
        self._signs = {name: lru_cache(MOST_SIGNS)(getattr(signs, name)) for name in SIGNS}
        # Whole in every page: a part that comes later may bring any sign.
        symbols = " ".join((TEMPLATES / "ui" / "sprite.html").read_text("utf-8").split())
        self._sprite = f'<svg width="0" height="0" aria-hidden="true" class="visually-hidden">{symbols}</svg>'

    def whole(self, template: str, context: Mapping[str, object]) -> str:
        html = self._environment.get_template(template).render({**context, "ui": self._macros(context)})
        return html.replace(SPRITE_PLACE, self._sprite, 1)

    def drawn(self, template: str, key: Hashable, context: Callable[[], Mapping[str, object]]) -> Markup:
        """A piece that is drawn once and kept for whoever asks with the same key; the newest few are kept."""
        piece = self._drawn.pop(key, None)
        if piece is None:
            made = context()
            piece = Markup(self._environment.get_template(template).render({**made, "ui": self._macros(made)}))  # noqa: S704
        self._drawn[key] = piece
        if len(self._drawn) > MOST_DRAWN:
            del self._drawn[next(iter(self._drawn))]
        return piece

    def part(self, template: str, part: str, context: Mapping[str, object]) -> str:
        return render_block(self._environment, template, PART + part, **{**context, "ui": self._macros(context)})

    def has_part(self, template: str, part: str) -> bool:
        return PART + part in self._environment.get_template(template).blocks

    def _macros(self, context: Mapping[str, object]) -> Macros:
        # One context for all files: it is not copied for each of them, and so brings what every template has.
        return Macros(self._files, {**self._environment.globals, **context}, self._signs)


@cache
def _environment() -> Environment:
    """One for a process: what is compiled once is as good for whoever comes next."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=Missing,
        # A running portal is not edited: nobody looks a dozen times a page whether a file has changed.
        auto_reload=False,
    )
    environment.filters.update(
        thousands=formats.thousands,
        at_most_99=formats.at_most_99,
        at_most_999=formats.at_most_999,
        percent=formats.percent,
        full_day=formats.full_day,
        short_day=formats.short_day,
        weekday=formats.weekday,
        clock_time=formats.clock_time,
        sentence=formats.sentence,
        moment_day=formats.moment_day,
        shortened=shortened,
    )
    return environment
