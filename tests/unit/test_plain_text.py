"""What may be kept of a text, and what compares equal in two."""

import sys
import unicodedata

import pytest

from libs.common.folding import folded, search_words
from libs.common.plain_text import plain_text


def test_of_all_control_characters_only_tab_and_line_end_are_left() -> None:
    everything = "".join(map(chr, range(1, sys.maxunicode + 1)))
    left = plain_text(everything)
    assert {letter for letter in left if unicodedata.category(letter) == "Cc"} == {"\t", "\n"}
    assert not set(left) & {"\ufffe", "\uffff", "\u2028", "\u2029"}


@pytest.mark.parametrize("end", ["\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029", "\n"])
def test_every_end_of_a_line_is_one_line_end(end: str) -> None:
    assert plain_text(f"Sở Y tế{end}báo cáo") == "Sở Y tế\nbáo cáo"


def test_the_rest_stays_as_it_was_typed() -> None:
    for words in ('Báo cáo "quý I"\t100 %', "UBND\u2011KGVX", "QÐ-UBND", "👩\u200d⚕️", "Sở Y\u200b tế"):
        assert plain_text(words) == words
    assert plain_text(unicodedata.normalize("NFD", "Đắk Lắk")) == "Đắk Lắk"
    assert plain_text("UBND\x1eKGVX") == "UBND-KGVX"


LOOK_ALIKE = {
    "Đ of other alphabets": ("Đắk Lắk", "Ðắk Lắk", "Ɖắk Lắk", "đắk lắk", "ðắk lắk"),
    "hyphens": ("123/QĐ-UBND", "123/QĐ\u2011UBND", "123/QĐ\u2010UBND", "123/QÐ–UBND", "123/QĐ—UBND", "123/QĐ−UBND", "123/QĐ－UBND"),
    "composed or not": ("Quảng Ngãi", unicodedata.normalize("NFD", "Quảng Ngãi"), "quang ngai"),
    "signs nobody sees": ("Sở Y tế", "Sở\u200b Y t\u200dế", "\ufeffSở Y tế", "Sở Y\u2060 tế", "S\u00adở Y tế"),
    "spaces": ("Sở Y tế", "Sở\u00a0Y  tế ", "Sở\tY\u202ftế"),
}


@pytest.mark.parametrize("kind", LOOK_ALIKE)
def test_look_alikes_compare_equal(kind: str) -> None:
    assert len({folded(words) for words in LOOK_ALIKE[kind]}) == 1
    assert len({tuple(search_words(words)) for words in LOOK_ALIKE[kind]}) == 1
