"""Receipt codes: read back as they were made, and no wrong letter goes unnoticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.domain.receipt import ALPHABET, NoReceiptCode, Receipt

numbers = st.integers(min_value=1, max_value=10**9)
versions = st.integers(min_value=1, max_value=29_000)


@given(numbers, versions)
def test_a_code_is_read_back(number: int, version: int) -> None:
    receipt = Receipt(number, version)
    assert Receipt.parse(str(receipt)) == receipt
    assert Receipt.parse(str(receipt).lower().replace("-", " ").replace("1", "l").replace("0", "o")) == receipt


@given(numbers, versions, st.data())
def test_a_wrong_letter_and_swapped_neighbours_are_noticed(number: int, version: int, data: st.DataObject) -> None:
    code = str(Receipt(number, version)).replace("-", "")
    place = data.draw(st.integers(0, len(code) - 1))
    letter = data.draw(st.sampled_from([one for one in ALPHABET if one != code[place]]))
    with pytest.raises(NoReceiptCode):
        Receipt.parse(code[:place] + letter + code[place + 1 :])
    if place + 1 < len(code) and code[place] != code[place + 1]:
        with pytest.raises(NoReceiptCode):
            Receipt.parse(code[:place] + code[place + 1] + code[place] + code[place + 2 :])


@pytest.mark.parametrize("words", ["", "1", "U-1", "NV-1001", "123-456*", "1Z3-4567", "Z" * 30])
def test_what_is_no_code(words: str) -> None:
    with pytest.raises(NoReceiptCode):
        Receipt.parse(words)


@pytest.mark.parametrize(
    ("receipt", "code"),
    [
        (Receipt(1, 1), "1-001R"),
        (Receipt(31, 30), "10-00YV"),
        (Receipt(47_123, 62), "1J13-020S"),
        (Receipt(1_000_000, 29_000), "12HJ2-Y5F7"),
        (Receipt(0, 0), "0-0000"),
        (Receipt(31**15, 1), "1000000000000000-0019"),
    ],
)
def test_a_code_that_was_written_down_once_means_the_same_for_ever(receipt: Receipt, code: str) -> None:
    assert str(receipt) == code
    assert Receipt.parse(code) == receipt


@pytest.mark.parametrize("words", ["0000", "10000000000000000-0018"])
def test_too_few_or_too_many_letters_are_no_code_though_the_last_one_fits(words: str) -> None:
    with pytest.raises(NoReceiptCode):
        Receipt.parse(words)
