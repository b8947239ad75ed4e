"""Signing in with a password: what is kept of it, how often one may try, and who gets which."""

import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from embedded import handed_out
from embedded.command import _who_can_sign_in, options_of
from embedded.data_folder import DataFolder
from embedded.handed_out import HandedOut, give_passwords
from embedded.oidc import passwords
from embedded.oidc.passwords import (
    MOST_WRONG,
    SHUT_SECONDS,
    KeptPassword,
    Passwords,
    TriedTooOften,
    Tries,
    WrongPassword,
    hashed,
    matches,
    new_password,
)
from embedded.oidc.provider import AUTHORIZATION
from tests.embedded.provider import Account, Position, SignIn, brought_back, running_provider

OFFICE = "Văn phòng UBND tỉnh"
LEAD = Account("Đặng Thị Châu (DEMO)", (Position(OFFICE, "OFFICE", "Chánh Văn phòng", "OFFICE_LEAD"),), username="chanh-van-phong.vp")
CLERK = Account("Hồ Văn Ấn (DEMO)", (Position("UBND xã Ba Động", "COMMUNE", "Văn thư", "AGENCY_CLERK"),), username="van-thu.ba-dong")
GONE = Account("Người đã nghỉ (DEMO)", (), username="nguoi-da-nghi")
PASSWORD, HASH = "Kf7m-Qx3d-Vn9r-Ht4w", hashed("Kf7m-Qx3d-Vn9r-Ht4w")


def test_a_new_password_has_four_classes_and_is_long_enough_without_a_second_factor() -> None:
    """Rulebook 4.5: at least fourteen characters of four classes; and none that is mistaken for another on paper."""
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    for one in made:
        assert len(one) >= 14
        assert all(re.search(letters, one) for letters in ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]"))
        assert not re.search("[0O1Il]", one)


def test_of_a_password_only_a_salted_hash_is_kept() -> None:
    once, again = hashed(PASSWORD), hashed(PASSWORD)
    assert once != again
    assert PASSWORD not in once
    assert matches(PASSWORD, once)
    assert matches(PASSWORD, again)
    assert not matches(PASSWORD.lower(), once)
    cheaper = passwords.COST // 4
    older = f"scrypt${cheaper}$8$1${'A' * 22}==$" + passwords._text(passwords._derived("x", bytes(16), cheaper, 8, 1))
    assert matches("x", older), "what was kept at another cost is known still"


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_whoever_is_right_every_time_may_come_as_often_as_he_likes() -> None:
    known = Passwords()
    known.know({"lead": KeptPassword(UUID(int=1), HASH)})
    for _ in range(MOST_WRONG + 2):
        assert await known.person("Lead ", PASSWORD) == UUID(int=1)
    for _ in range(MOST_WRONG):
        with pytest.raises(WrongPassword):
            await known.person("lead", "wrong")
    with pytest.raises(TriedTooOften):
        await known.person("lead", PASSWORD)


def test_after_some_wrong_ones_nobody_may_try_for_a_while_that_grows() -> None:
    clock = Clock()
    tries = Tries(clock)
    for _ in range(MOST_WRONG):
        tries.begin("lead")
    with pytest.raises(TriedTooOften) as shut:
        tries.begin("lead")
    assert shut.value.seconds == SHUT_SECONDS
    tries.begin("clerk")

    clock.now += SHUT_SECONDS
    tries.begin("lead")
    with pytest.raises(TriedTooOften) as longer:
        tries.begin("lead")
    assert longer.value.seconds == 2 * SHUT_SECONDS
    for _ in range(10):
        clock.now += passwords.LONGEST_SHUT_SECONDS
        tries.begin("lead")
    with pytest.raises(TriedTooOften) as longest:
        tries.begin("lead")
    assert longest.value.seconds == passwords.LONGEST_SHUT_SECONDS

    clock.now += passwords.LONGEST_SHUT_SECONDS
    tries.begin("lead")
    tries.succeeded("lead")
    for _ in range(MOST_WRONG):
        tries.begin("lead")


def test_names_without_number_are_tried_and_only_the_newest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_NAMES", 3)
    tries = Tries(Clock())
    for name in "abcd":
        for _ in range(MOST_WRONG):
            tries.begin(name)
    tries.begin("a")
    for name in "cd":
        with pytest.raises(TriedTooOften):
            tries.begin(name)


async def test_who_does_not_exist_takes_as_long_and_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(passwords, "matches", lambda password, kept: asked.append(kept) or True)
    known = Passwords()
    known.know({LEAD.username: KeptPassword(LEAD.person_id, HASH)})
    with pytest.raises(WrongPassword):
        await known.person("nobody", PASSWORD)
    assert len(asked) == 1
    assert await known.person(f" {LEAD.username.upper()} ", PASSWORD) == LEAD.person_id


@pytest.fixture
async def sign_in() -> AsyncIterator[SignIn]:
    known = Passwords()
    known.know({one.username: KeptPassword(one.person_id, HASH) for one in (LEAD, GONE)})
    async with running_provider([LEAD, CLERK, GONE], known) as running:
        yield running


async def prove(sign_in: SignIn, **said: str) -> tuple[int, str, list[str]]:
    """Status, page, and why it was refused."""
    reference = await sign_in.reference()
    with capture_logs() as logged:
        answer = await sign_in.http.post(AUTHORIZATION, data={**reference, **said})
    assert "Location" not in answer.headers
    assert LEAD.username not in str(logged), "names of people are nothing for a log"
    return answer.status_code, answer.text, [one["reason"] for one in logged if one["event"] == "password-refused"]


async def test_the_right_password_signs_in(sign_in: SignIn) -> None:
    page = await sign_in.page()
    assert 'type="password"' in page.text
    assert LEAD.name not in page.text, "who there is is not told"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    said = {"username": LEAD.username, "password": PASSWORD}
    answer = await sign_in.http.post(AUTHORIZATION, data={**await sign_in.reference(), **said})
    granted = await sign_in.redeem(brought_back(answer)["code"])
    assert granted.status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {"username": LEAD.username, "password": "wrong"},
        {"username": LEAD.username, "password": ""},
        {"username": LEAD.username, "password": f"{PASSWORD}x"},
        {"username": LEAD.username},
        {"username": "nobody", "password": PASSWORD},
        {"username": CLERK.username, "password": PASSWORD},
        {"username": "", "password": PASSWORD},
        {"person": str(LEAD.person_id)},
        {},
    ],
)
async def test_without_the_right_one_nobody_is_signed_in_nor_told_what_is_wrong(sign_in: SignIn, said: dict[str, str]) -> None:
    status, page, reasons = await prove(sign_in, **said)
    assert (status, reasons) == (401, ["wrong-password"])
    assert "Tên đăng nhập hoặc mật khẩu không đúng." in page
    assert PASSWORD not in page


async def test_what_was_typed_as_a_name_is_shown_as_text(sign_in: SignIn) -> None:
    _, page, _ = await prove(sign_in, username='"><script>alert(1)</script>', password="x")
    assert "<script" not in page
    assert "&lt;script&gt;" in page


async def test_a_name_that_was_tried_too_often_is_shut_for_the_right_password_too(sign_in: SignIn) -> None:
    for name in (LEAD.username, "nobody"):
        for _ in range(MOST_WRONG):
            assert (await prove(sign_in, username=name, password="wrong"))[0] == 401
        answer = await sign_in.http.post(AUTHORIZATION, data={**await sign_in.reference(), "username": name, "password": PASSWORD})
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= SHUT_SECONDS
        assert "tạm khóa" in answer.text


async def test_whoever_holds_no_position_is_told_so_when_he_has_proved_who_he_is(sign_in: SignIn) -> None:
    status, page, reasons = await prove(sign_in, username=GONE.username, password=PASSWORD)
    assert (status, reasons) == (409, ["no-position"])
    assert "không giữ tư cách nào" in page


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path)


def written(folder: DataFolder) -> dict[str, str]:
    """By username, what stands in the file that a person reads."""
    lines = folder.handed_out_passwords.read_text("utf-8").splitlines()
    parts = [line.split("\t") for line in lines if not line.startswith("#")]
    assert len({one[0] for one in parts}) == len(parts)
    return {one[0]: one[1] for one in parts}


async def test_everybody_gets_one_that_only_the_owner_of_the_folder_reads(folder: DataFolder) -> None:
    known = Passwords()
    given = await give_passwords(folder, [LEAD, CLERK], known)
    assert given.new == written(folder)
    for file in (folder.handed_out_passwords, folder.password_hashes):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for one in (LEAD, CLERK):
        assert given.new[one.username] not in folder.password_hashes.read_text()
        assert await known.person(one.username, given.new[one.username]) == one.person_id
    assert CLERK.positions[0].agency_name in folder.handed_out_passwords.read_text("utf-8")


async def test_a_later_start_gives_only_whoever_came_meanwhile_one(folder: DataFolder) -> None:
    first = await give_passwords(folder, [LEAD], Passwords())
    known = Passwords()
    second = await give_passwords(folder, [LEAD, CLERK], known)
    assert list(second.new) == [CLERK.username]
    assert written(folder) == {**first.new, **second.new}
    folder.handed_out_passwords.unlink()
    third = await give_passwords(folder, [LEAD, CLERK], known)
    assert not third.new
    assert await known.person(LEAD.username, first.new[LEAD.username]) == LEAD.person_id, "whoever has read the file may delete it"


async def test_a_kill_between_the_two_files_leaves_nobody_without_a_password(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(handed_out, "hashed", killed)
    with pytest.raises(KeyboardInterrupt):
        handed_out._hand_out(folder, [LEAD])
    monkeypatch.undo()
    known = Passwords()
    await give_passwords(folder, [LEAD], known)
    assert await known.person(LEAD.username, written(folder)[LEAD.username]) == LEAD.person_id


def test_they_are_printed_once() -> None:
    asked = options_of(["--passwords"])
    assert asked.passwords
    assert not options_of([]).passwords
    new = "\n".join(_who_can_sign_in([LEAD], HandedOut({LEAD.username: PASSWORD}, Path("people.passwords"))))
    assert f"{LEAD.username}  {PASSWORD}" in new
    later = "\n".join(_who_can_sign_in([LEAD], HandedOut({}, Path("people.passwords"))))
    assert "people.passwords" in later
    assert PASSWORD not in later
    assert "không cần mật khẩu" not in new + later
