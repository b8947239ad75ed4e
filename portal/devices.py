"""In which browser on which device somebody works, in the few words by which he knows it again. No more of the browser is kept."""

from dataclasses import dataclass

LONGEST_READ = 500
# What a browser calls itself; each of these also calls itself what comes after it.
BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser/", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Device:
    """Names as their makers write them, in any language; None for what is not known."""

    browser: str | None = None
    system: str | None = None

    @staticmethod
    def of(user_agent: str) -> "Device":
        said = user_agent[:LONGEST_READ]
        return Device(_first(BROWSERS, said), _first(SYSTEMS, said))


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for sign, name in names if sign in said), None)
