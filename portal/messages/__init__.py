"""What a person reads, by key. The key is English, the word Vietnamese unless the person chose English."""

from collections.abc import Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from portal.messages import en, vi

LANGUAGES: Mapping[str, Mapping[str, str]] = {"vi": vi.WORDS, "en": en.WORDS}
# Most words have no place for a value: they are made safe once, not a hundred times a page.
PLAIN: Mapping[str, Mapping[str, Markup]] = {
    language: {key: Markup(text) for key, text in words.items() if "{" not in text and "}" not in text}  # noqa: S704 - the words are ours
    for language, words in LANGUAGES.items()
}
DEFAULT = "vi"
# A page of a list says the same of the same days and numbers hundreds of times.
SENTENCES_KEPT = 2_000


class Catalogue:
    """`messages("deadline.overdue", n=5)`: the sentence with its values put in, safe to print in a page."""

    def __init__(self, language: str) -> None:
        self.language = language if language in LANGUAGES else DEFAULT
        self._words = LANGUAGES[self.language]
        self._plain = PLAIN[self.language]

    def __call__(self, key: str, **values: object) -> Markup:
        """Raises KeyError for a key that nobody wrote words for."""
        plain = self._plain.get(key)
        if plain is not None:
            return plain
        return _sentence(self._words[key], **values)

    def get(self, key: str, otherwise: str, **values: object) -> Markup:
        """For keys that come from outside (states, codes of problems): the words, or escaped `otherwise`."""
        return self(key, **values) if key in self._words else Markup.escape(otherwise)

    def has(self, key: str) -> bool:
        return key in self._words


# `typed`: what is safe already equals the same text that is not, and both would be taken for one.
@lru_cache(SENTENCES_KEPT, typed=True)
def _sentence(words: str, **values: object) -> Markup:
    """The words are ours; what is put into them is escaped."""
    return Markup(words.format(**{name: escape(value) for name, value in values.items()}))  # noqa: S704
