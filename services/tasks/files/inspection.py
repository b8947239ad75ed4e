"""Whether a file is what its name says: extension, declared type and the bytes themselves agree."""

from pathlib import PurePath
from unicodedata import normalize

import filetype

from libs.common.domain import DomainError, Refusal

LARGEST_FILE_BYTES = 10 * 1024 * 1024
ALLOWED = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}
LONGEST_NAME = 200


class FileEmpty(DomainError):
    code = "file-empty"
    refusal = Refusal.NEVER_RIGHT
    field = "file"


class FileTypeNotAllowed(DomainError):
    """Only PDF, PNG and JPEG."""

    code = "file-type-not-allowed"
    refusal = Refusal.NEVER_RIGHT
    field = "file"


class FileNotWhatItSays(DomainError):
    """Name, declared type and content disagree."""

    code = "file-not-what-it-says"
    refusal = Refusal.NEVER_RIGHT
    field = "file"


def inspect(name: str, declared: str | None, content: bytes) -> tuple[str, str]:
    """A harmless form of the name, and the media type. Raises FileEmpty, FileTypeNotAllowed or FileNotWhatItSays."""
    plain = normalize("NFC", PurePath(name.replace("\\", "/")).name.strip())
    plain = "".join(letter for letter in plain if letter.isprintable())
    extension = plain.rpartition(".")[2].casefold()
    if not content:
        raise FileEmpty
    if extension not in ALLOWED or plain.startswith("."):
        raise FileTypeNotAllowed(extension=extension[:20])
    media_type = ALLOWED[extension]
    found = filetype.guess_mime(content)
    if found != media_type or (declared not in (None, "", "application/octet-stream") and declared != media_type):
        raise FileNotWhatItSays(expected=media_type, found=found)
    stem = plain[: -len(extension) - 1][: LONGEST_NAME - 10]
    return f"{stem}.{extension}", media_type
