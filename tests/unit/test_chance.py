"""The seed of a tree: the same for the same tree, another for another, with git and without."""

import subprocess
from pathlib import Path

import pytest

from tests.chance import seed_of_tree, tree_of


def tree(folder: Path, words: str) -> Path:
    (folder / "rooms").mkdir(parents=True)
    (folder / "rooms" / "words.py").write_text(words)
    return folder


def committed(folder: Path) -> str:
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "commit.gpgsign=false")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-q", "--no-verify", "-m", f"at {folder}")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return tree_of(folder)


def test_without_git_it_follows_from_the_files(tmp_path: Path) -> None:
    one, same, other = (tree(tmp_path / name, words) for name, words in (("one", "A = 1"), ("same", "A = 1"), ("other", "A = 2")))
    assert tree_of(one) == tree_of(same) != tree_of(other)


def test_with_git_it_is_that_of_the_tree_and_not_of_the_commit(tmp_path: Path) -> None:
    one, same, other = (tree(tmp_path / name, words) for name, words in (("one", "A = 1"), ("same", "A = 1"), ("other", "A = 2")))
    assert committed(one) == committed(same) != committed(other)


def test_whoever_replays_names_his_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHIDAO_SEED", "312")
    assert seed_of_tree() == 312
    monkeypatch.delenv("CHIDAO_SEED")
    assert seed_of_tree() == seed_of_tree() != 312
