"""How root starts PostgreSQL, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "chidao-postgres"
NOBODY = 65534


class NoOrdinaryUser(Exception):
    """We are root and this machine offers no way to be somebody else."""


@dataclass(frozen=True)
class Way:
    """`prefix` goes before a command; `user` (None: stay) must own the files that PostgreSQL checks for their owner."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def own(self, path: Path) -> None:
        """Make `path`, and what is in it, belong to whom PostgreSQL will find itself to be."""
        owner, group = (os.geteuid(), os.getegid()) if self.user is None or self.group is None else (self.user, self.group)
        if path.stat().st_uid == owner:
            return
        for found in (path, *path.rglob("*")):
            os.chown(found, owner, group, follow_symlinks=False)


AS_WE_ARE = Way()
# Inside the namespace we are nobody, outside still ourselves: files stay ours and closed to everybody else, no user has to be made.
IN_A_NAMESPACE = Way(("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))


def way_to_ordinary_user() -> Way:
    """As we are when not root; else a user namespace; else, where those are switched off (most containers), a user of its own."""
    if os.geteuid() != 0:
        return AS_WE_ARE
    if shutil.which("unshare") and subprocess.run([*IN_A_NAMESPACE.prefix, "true"], capture_output=True, check=False).returncode == 0:
        return IN_A_NAMESPACE
    return as_system_user()


def as_system_user() -> Way:
    """A user `chidao-postgres`, made when missing, who may still pass through root's folders to the binaries and the data."""
    if not shutil.which("setpriv"):
        raise NoOrdinaryUser("as root, PostgreSQL needs user namespaces or the command setpriv (package util-linux)")
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir=/nonexistent", "--shell=/usr/sbin/nologin"]
        try:
            subprocess.run([*command, SYSTEM_USER], capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise NoOrdinaryUser(f"as root, PostgreSQL needs user namespaces or a user {SYSTEM_USER}, which cannot be made") from error
        user = pwd.getpwnam(SYSTEM_USER)
    # Opening every folder above the data to all users would be the other way; a capability for this one process is the smaller gift.
    prefix = (
        "setpriv",
        f"--reuid={user.pw_uid}",
        f"--regid={user.pw_gid}",
        "--clear-groups",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
        "--bounding-set=-all,+dac_override",
        "--no-new-privs",
    )
    return Way(prefix, user.pw_uid, user.pw_gid)
