"""Who is alive on this machine: tests of starting and stopping look for themselves."""

from pathlib import Path


def alive(process: int) -> bool:
    """A zombie, which only its parent can take away, is not alive."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def processes_of(folder: Path) -> list[int]:
    """Every living process that works in `folder` or names it: the run itself, PostgreSQL and its backends."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            place = (entry / "cwd").readlink()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if (str(folder).encode() in command or place.is_relative_to(folder)) and alive(int(entry.name)):
            found.append(int(entry.name))
    return found
