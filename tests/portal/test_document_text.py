"""What is read out of the pasted text of a document, and what is left to a person."""

import pytest

from portal.screens.document_text import Found, deadline_of, demand_of, read_head

LETTER = """ỦY BAN NHÂN DÂN          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
TỈNH QUẢNG NGÃI              Độc lập - Tự do - Hạnh phúc

Số:  5447/UBND-KTN          Quảng Ngãi, ngày 14 tháng 10 năm 2026
V/v bảo đảm an toàn hồ đập,
tiêu thoát nước trong mùa mưa lũ

Kính gửi: Các sở, ban, ngành

Theo văn bản Số: 1/BTC-X, Hà Nội, ngày 01 tháng 02 năm 2020
"""


def test_the_head_of_a_letter_is_read_with_its_words() -> None:
    assert read_head(LETTER) == [
        Found("number", "5447", "Số: 5447/UBND-KTN"),
        Found("notation", "UBND-KTN", "Số: 5447/UBND-KTN"),
        Found("issue_date", "14/10/2026", "ngày 14 tháng 10 năm 2026"),
        Found(
            "subject",
            "Bảo đảm an toàn hồ đập, tiêu thoát nước trong mùa mưa lũ",
            "V/v bảo đảm an toàn hồ đập, tiêu thoát nước trong mùa mưa lũ",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("Số: 12/2026/QĐ-UBND\n", "number", "12"),
        ("Số: 12/2026/QĐ-UBND\n", "notation", "2026/QĐ-UBND"),
        ("Số:        /TB-VPUBND\n", "number", None),
        ("Số:        /TB-VPUBND\n", "notation", "TB-VPUBND"),
        ("Theo công văn số: 12/UBND-KTN\n", "number", None),
        ("Kính gửi: Sở Y tế\nSố: 12/UBND-KTN\n", "number", None),
        ("Quảng Ngãi, ngày 31 tháng 02 năm 2026\n", "issue_date", None),
        ("họp ngày 14 tháng 10 năm 2026\n", "issue_date", None),
        ("QUYẾT ĐỊNH\nVề việc ban hành Quy chế\n\nCăn cứ Luật\n", "subject", "Ban hành Quy chế"),
        ("Nói về việc khác\n", "subject", None),
        ("", "number", None),
    ],
)
def test_only_what_is_written_as_usual_is_read(text: str, name: str, expected: str | None) -> None:
    assert next((found.text for found in read_head(text) if found.name == name), None) == expected


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("Sở Y tế báo cáo trước ngày 30/11/2026.", "trước ngày 30/11/2026"),
        ("báo cáo chậm nhất là ngày\n05.12.2026 để tổng hợp", "chậm nhất là ngày 05.12.2026"),
        ("gửi trước 16h00 ngày 15/12/2026", "trước 16h00 ngày 15/12/2026"),
        ("báo cáo trong 10 ngày làm việc kể từ ngày ký", "trong 10 ngày làm việc kể từ ngày ký"),
        ("trước ngày 30/11/2026 và trước ngày 15/12/2026", ""),
        ("báo cáo kịp thời", ""),
        ("mưa lớn ngày 30/11/2026", ""),
    ],
)
def test_a_deadline_is_taken_in_the_words_of_the_passage(passage: str, expected: str) -> None:
    assert deadline_of(passage) == expected


@pytest.mark.parametrize(
    ("passage", "expected"),
    [
        ("1. Sở Y tế báo cáo", "Sở Y tế báo cáo"),
        ("  a) Sở Y tế báo cáo", "Sở Y tế báo cáo"),
        ("- Sở Y tế\n- Sở Tài chính", "Sở Y tế\n- Sở Tài chính"),
        ("43 hồ chứa", "43 hồ chứa"),
        ("1.250 ha", "1.250 ha"),
    ],
)
def test_a_passage_is_a_demand_without_the_mark_of_its_list(passage: str, expected: str) -> None:
    assert demand_of(passage) == expected


def test_a_text_made_to_be_slow_is_read_at_once() -> None:
    for text in ("V/v a\n" * 10_000, "Số:" + " " * 50_000, ", ngày " * 9_000, "V/v " + "x ,ngày" * 8_000):
        read_head(text)
        deadline_of(text)
