"""The folder outside the checkout for what can be made again: filled data folders, the sign-in server."""

import os
from pathlib import Path


def cache_of(what: str) -> Path:
    """In CHIDAO_CACHE, or in the usual place. It may not be there yet."""
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chidao"
    return Path(os.environ.get("CHIDAO_CACHE") or usual) / what
