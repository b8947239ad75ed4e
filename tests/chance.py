"""What tests draw by chance, they draw by the tree: the same tree draws the same, so that no unrelated change is stopped by bad luck."""

import hashlib
import os
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def seed_of_tree() -> int:
    """CHIDAO_SEED, which replays another run, or else a number made of the tree as it was last committed."""
    seed = int(os.environ.get("CHIDAO_SEED") or _number_of(tree_of(ROOT)))
    print(f"CHIDAO_SEED={seed}")
    return seed


@cache
def tree_of(root: Path) -> str:
    """The hash that git knows the tree by; where there is no git, one of all our files."""
    # A checkout inside another one is no part of that.
    found = subprocess.run(
        ["git", "rev-parse", "HEAD^{tree}"],
        cwd=root,
        env=os.environ | {"GIT_CEILING_DIRECTORIES": str(root.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout.strip() if found.returncode == 0 else _of_files(root)


def _of_files(root: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(root.glob("*/**/*.py")):
        if not file.relative_to(root).parts[0].startswith("."):
            digest.update(f"{file.relative_to(root)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def _number_of(tree: str) -> int:
    return int(tree[:8], 16)
