"""The one box for everything, over the whole system: what people type and what they then see."""

import re
from collections.abc import Iterator

import pytest

from tests.browser.busy_province import AGENCIES, TODAY, Staff, Town
from tests.embedded.visitor import Visitor


@pytest.fixture(scope="module")
def staff(town: Town) -> Iterator[Staff]:
    with Staff(town.run, TODAY) as staff:
        yield staff


def tasks_on(page: str) -> list[str]:
    return re.findall(r'data-key="([0-9a-f-]{36})"', page)


def code_of(visitor: Visitor, task: str) -> str:
    found = re.search(r"NV-\d+", visitor.get(f"/tasks/{task}").text)
    assert found is not None
    return found[0]


def test_every_form_of_a_code_opens_its_task_parts_included(town: Town, staff: Staff) -> None:
    office, commune = staff.office(), staff.clerk(AGENCIES["Xã Mỏ Cày"])
    part, group = town.tasks["Xã Mỏ Cày"], town.tasks["houses"]
    for task in (part, group):
        code = code_of(office, task)
        for typed in (code, code.lower(), code.replace("-", "").lower(), f" nv {code.removeprefix('NV-')}", code.replace("-", "\u2011")):
            for visitor in (office, commune):
                assert visitor.get("/search", q=typed).url.path == f"/tasks/{task}", typed
    of_a_peer = code_of(office, town.tasks["Xã Ba Động"])
    assert commune.get("/search", q=of_a_peer).url.path == "/search", "the part of a peer is not to be seen"


def test_an_agency_sees_its_own_part_before_the_whole(town: Town, staff: Staff) -> None:
    asked = {"q": "nhà ở không bảo đảm an toàn"}
    part, group = town.tasks["Xã Mỏ Cày"], town.tasks["houses"]
    assert tasks_on(staff.clerk(AGENCIES["Xã Mỏ Cày"]).get("/search", **asked).text)[:2] == [part, group]
    assert group in tasks_on(staff.office().get("/search", **asked).text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("5412 UBND-KGVX", "clinics"),
        ("Số: 5412/UBND-KGVX", "clinics"),
        ("Công văn số 5412/UBND-KGVX ngày 02/10/2026 của UBND tỉnh", "schools"),
        ("taluy dương sạt lở điểm 3", "landslides"),
        ("hồ đập trước mùa mưa hồ Nước Trong hồ Núi Ngang", "dams"),
        ("Sở Y tế", "clinics"),
        ("Sở Xây dựng", "detour"),
        ("xã Mỏ Cày", "Xã Mỏ Cày"),
    ],
)
def test_words_find_what_they_mean(town: Town, staff: Staff, typed: str, meant: str) -> None:
    page = staff.office().get("/search", q=typed)
    assert page.url.path == "/search"
    assert town.tasks[meant] in tasks_on(page.text), typed


def test_a_document_is_found_by_its_citation(town: Town, staff: Staff) -> None:
    for typed in ("5412 UBND-KGVX", "Số: 5412/UBND-KGVX", "quý IV chuyển đổi số"):
        assert f'href="/directives/{town.directives["5412"]}"' in staff.office().get("/search", q=typed).text, typed


def test_what_has_ended_is_found_and_says_since_when_and_who_took_over(staff: Staff) -> None:
    page = staff.office().get("/search", q="huyện Bình Sơn").text
    ended = page[page.index("Ủy ban nhân dân huyện Bình Sơn") :]
    assert "Kết thúc hoạt động từ ngày 01/07/2025" in ended
    for name in ("Xã Bình Chương", "Xã Bình Minh", "Xã Bình Sơn", "Xã Đông Sơn", "Xã Vạn Tường"):
        assert re.search(rf'<a href="/agencies/[0-9a-f-]+">{name}</a>', ended), name
    both = staff.office().get("/search", q="Bình Sơn").text
    assert both.index("Ủy ban nhân dân xã Bình Sơn") < both.index("Ủy ban nhân dân huyện Bình Sơn"), "who lives comes first"


def test_an_agency_is_found_by_words_of_its_name_that_stand_apart(staff: Staff) -> None:
    assert "Sở Y tế tỉnh Quảng Ngãi" in staff.office().get("/search", q="Sở Y tế Quảng Ngãi").text
