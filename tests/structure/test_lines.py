"""Templates, stylesheets and scripts are laid out as Python is: nobody reviews a line of 900 characters."""

from pathlib import Path

PORTAL = Path(__file__).resolve().parents[2] / "portal"
LONGEST = 140
FOLDERS = {"templates": "*.html", "static/css": "*.css", "static/js": "*.js"}


def long_lines(folder: Path, pattern: str) -> list[str]:
    return [
        f"{path.relative_to(folder)}:{number} has {len(line)} characters"
        for path in sorted(folder.rglob(pattern))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]


def test_no_line_is_too_long_to_review() -> None:
    assert [one for folder, pattern in FOLDERS.items() for one in long_lines(PORTAL / folder, pattern)] == []


def test_a_long_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>\n" + "x" * (LONGEST + 1) + "\n</p>\n", "utf-8")
    assert long_lines(tmp_path, "*.html") == ["page.html:2 has 141 characters"]
