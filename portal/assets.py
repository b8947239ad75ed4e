"""Stylesheet, scripts and fonts, in memory and compressed once. Their address carries a hash of all, so browsers keep them for ever."""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

STATIC = Path(__file__).parent / "static"
STYLES = ("tokens", "base", "parts", "screens", "portal", "province", "agencies", "modes")
HTMX = "htmx-2.min.js"
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    media_type: str
    plain: bytes
    brotli: bytes | None
    gzip: bytes | None


class Assets:
    def __init__(self, fonts: Path) -> None:
        contents = {"portal.css": _squeezed("".join((STATIC / "css" / f"{name}.css").read_text("utf-8") for name in STYLES)).encode()}
        contents |= {path.name: path.read_bytes() for path in sorted((STATIC / "js").glob("*.js"))}
        contents |= {path.name: path.read_bytes() for path in sorted((STATIC / "images").glob("*.svg"))}
        contents["htmx.js"] = files("django_htmx").joinpath("static", "django_htmx", HTMX).read_bytes()
        contents |= {f"fonts/{path.name}": path.read_bytes() for path in sorted(fonts.glob("*.woff2"))}
        self._assets = {name: _asset(name, content) for name, content in contents.items()}
        together = hashlib.sha256(b"".join(name.encode() + content for name, content in sorted(contents.items())))
        self.version = together.hexdigest()[:12]

    def url(self, name: str) -> str:
        if name not in self._assets:
            raise KeyError(name)
        return f"/assets/{self.version}/{name}"

    async def answer(self, request: Request) -> Response:
        asset = self._assets.get(request.path_params["name"])
        if asset is None or request.path_params["version"] != self.version:
            raise HTTPException(404)
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
        accepted = request.headers.get("Accept-Encoding", "")
        for encoding, content in (("br", asset.brotli), ("gzip", asset.gzip)):
            if content is not None and encoding in accepted:
                return Response(content, media_type=asset.media_type, headers={**headers, "Content-Encoding": encoding})
        return Response(asset.plain, media_type=asset.media_type, headers=headers)


@cache
def _asset(name: str, content: bytes) -> Asset:
    media_type = MEDIA_TYPES[Path(name).suffix]
    if media_type == "font/woff2":
        return Asset(media_type, content, None, None)
    return Asset(media_type, content, brotli.compress(content), gzip.compress(content, mtime=0))


def _squeezed(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r" ?([{};,>]) ?", r"\1", re.sub(r"\s+", " ", css)).strip()
