"""Passwords of the demonstration's people: made once, kept as hashes, and written down for whoever runs it."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from embedded.data_folder import DataFolder
from embedded.oidc.issuing import Account
from embedded.oidc.passwords import KeptPassword, Passwords, hashed, new_password
from embedded.postgres import write_secret

AT_ONCE = 2
HEADING = (
    "# Mật khẩu của những người giả định trong bản dùng thử (DEMO). Chỉ máy này dùng; đọc xong có thể xóa tệp.\n"
    "# Passwords of the invented people. The sign-in keeps hashes only, so this file may be deleted once it was read.\n"
)


@dataclass(frozen=True)
class HandedOut:
    """`new` are the passwords that were made just now, by username; `file` is where all are written down."""

    new: Mapping[str, str]
    file: Path


async def give_passwords(folder: DataFolder, people: Sequence[Account], passwords: Passwords) -> HandedOut:
    """Each of `people` has one of his own from now on, and `passwords` knows them."""
    kept, new = await asyncio.to_thread(_hand_out, folder, people)
    passwords.know(kept)
    return HandedOut(new, folder.handed_out_passwords)


def _hand_out(folder: DataFolder, people: Sequence[Account]) -> tuple[Mapping[str, KeptPassword], Mapping[str, str]]:
    """What is kept of all passwords, and those that are new."""
    kept = _kept(folder.password_hashes)
    new = {account.username: new_password() for account in people if account.username not in kept}
    if new:
        # First what is read by a person: a kill between the two leaves nobody with a password that nobody knows.
        _write_down(folder.handed_out_passwords, [account for account in people if account.username in new], new)
        ids = {account.username: account.person_id for account in people}
        with ThreadPoolExecutor(AT_ONCE) as threads:
            hashes = dict(zip(new, threads.map(hashed, new.values()), strict=True))
        kept |= {username: KeptPassword(ids[username], found) for username, found in hashes.items()}
        told = {username: {"person": str(one.person_id), "hash": one.hash} for username, one in kept.items()}
        write_secret(folder.password_hashes, json.dumps(told, indent=0))
    return kept, new


def _kept(file: Path) -> dict[str, KeptPassword]:
    if not file.exists():
        return {}
    told = json.loads(file.read_text("utf-8"))
    return {username: KeptPassword(UUID(one["person"]), one["hash"]) for username, one in told.items()}


def _write_down(file: Path, people: Sequence[Account], new: Mapping[str, str]) -> None:
    """Lines of those who get a new one are written anew."""
    before = file.read_text("utf-8").splitlines(keepends=True) if file.exists() else HEADING.splitlines(keepends=True)
    stays = [line for line in before if line.partition("\t")[0] not in new]
    positions = {account.username: account.positions[0] for account in people}
    added = [
        "\t".join((one.username, new[one.username], one.name, positions[one.username].position, positions[one.username].agency_name)) + "\n"
        for one in people
    ]
    write_secret(file, "".join((*stays, *added)))
