"""`chidao realm` before it asks any server: a description that breaks a rule is applied nowhere, and keys are looked at."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

import chidao.realm
from chidao.main import app
from realm.description import FILES, Place, Realm, wanted_realm
from system.applications import SERVICES
from tests.realm.described import PORTAL_URL, keys_of

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """How an operator asks; nobody would answer him."""
    (tmp_path / "keys").mkdir()
    for client, key in keys_of(*SERVICES).items():
        (tmp_path / "keys" / f"{client}.pem").write_bytes(key.as_pem(private=True))
    (tmp_path / "password").write_text("secret")
    where = ["--url", NOBODY, "--password-file", str(tmp_path / "password")]
    return [*where, "--portal-url", PORTAL_URL, "--keys", str(tmp_path / "keys")]


def chidao_realm(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["realm", *words])
    return done.exit_code, done.output


@pytest.mark.parametrize("command", ["apply", "diff"])
def test_a_description_that_breaks_a_rule_is_refused_before_any_server_is_asked(
    command: str, asked: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tmp_path / "deploy"
    shutil.copytree(FILES, files)
    described = files / "realm.toml"
    described.write_text(described.read_text("utf-8").replace("bruteForceProtected = true", "bruteForceProtected = false"), "utf-8")

    def unsound(services: list[str], place: Place) -> Realm:
        return wanted_realm(services, place, files)

    monkeypatch.setattr(chidao.realm, "wanted_realm", unsound)
    code, said = chidao_realm(command, *asked)
    assert code == 1
    assert "guessing_is_stopped: bruteForceProtected must be on" in said


def test_a_sound_one_is_asked_for_and_nobody_answers(asked: list[str]) -> None:
    code, said = chidao_realm("diff", *asked)
    assert code == 1
    assert f"Keycloak tại {NOBODY} không thực hiện được" in said
    assert "secret" not in said


def test_a_key_that_is_none_or_not_there_is_named(asked: list[str], tmp_path: Path) -> None:
    (tmp_path / "keys" / "service-tasks.pem").write_text("no key")
    code, said = chidao_realm("diff", *asked)
    assert (code, "service-tasks.pem không chứa khóa ES256" in said) == (1, True), said
    (tmp_path / "keys" / "service-tasks.pem").unlink()
    code, said = chidao_realm("diff", *asked)
    assert (code, "Không đọc được tệp" in said) == (1, True), said
