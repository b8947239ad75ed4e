"""The woff2 files of the pages, cut from the font package: every Vietnamese letter, and digits of one width for columns."""

from importlib.metadata import version
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from fontTools import subset
from fontTools.ttLib import TTFont

PACKAGE = "fontpkg-be-vietnam-pro"
RECIPE = "1"
STYLES = {"Regular": 400, "SemiBold": 600}
# Latin with every Vietnamese letter, the combining marks, dashes, quotes, arrows and the dong sign.
LETTERS = (
    "U+0020-007E,U+00A0-00FF,U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+0300-0301,U+0303,U+0309,U+0323,"
    "U+1EA0-1EF9,U+2010-2015,U+2018-201D,U+2022,U+2026,U+2032,U+2039,U+203A,U+20AB,U+2190-2193,U+2212,U+2264,U+2265,U+2713,U+202F,U+2009"
)
DIGITS = "U+0030-0039"
LETTER_FEATURES = "kern,liga,ccmp,locl,mark,mkmk,case"
# The family has no tabular figures: every digit gets this advance, its outline centred.
DIGIT_WIDTH = 624


def cut_fonts(folder: Path) -> Path:
    """The folder with the four files, made once for each version of the package and of this recipe."""
    made = folder / f"{version(PACKAGE)}-{RECIPE}"
    if not made.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder) as unfinished:
            for style, weight in STYLES.items():
                _cut_style(style, weight, Path(unfinished))
            # Only whole sets appear under the final name; another process may have been quicker.
            if not made.is_dir():
                Path(unfinished).rename(made)
                Path(unfinished).mkdir()
    return made


def _cut_style(style: str, weight: int, folder: Path) -> None:
    with as_file(files("fontpkg_be_vietnam_pro")) as package:
        source = next(package.rglob(f"BeVietnamPro-{style}.ttf"))
        _cut(source, LETTERS, folder / f"be-vietnam-pro-{weight}.woff2", LETTER_FEATURES)
        wide = folder / f"wide-{weight}.ttf"
        _with_wide_digits(source, style).save(wide)
        _cut(wide, DIGITS, folder / f"chidao-so-{weight}.woff2", "")
        wide.unlink()


def _with_wide_digits(source: Path, style: str) -> TTFont:
    font = TTFont(source)
    glyphs, metrics, names = font["glyf"], font["hmtx"], font.getBestCmap()
    for digit in "0123456789":
        name = names[ord(digit)]
        outline = glyphs[name]
        bearing = round((DIGIT_WIDTH - (outline.xMax - outline.xMin)) / 2)
        outline.coordinates.translate((bearing - outline.xMin, 0))
        outline.recalcBounds(glyphs)
        metrics[name] = (DIGIT_WIDTH, bearing)
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = record.toUnicode().replace("Be Vietnam Pro", "Chidao So")
        elif record.nameID == 6:
            record.string = f"ChidaoSo-{style}"
    return font


def _cut(source: Path, letters: str, target: Path, features: str) -> None:
    subset.main(
        [
            str(source),
            f"--unicodes={letters}",
            "--flavor=woff2",
            f"--layout-features={features}",
            "--no-hinting",
            "--desubroutinize",
            f"--output-file={target}",
        ]
    )
