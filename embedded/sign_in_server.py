"""A real Keycloak beside the rest: the realm as deploy/keycloak describes it, and the people of the demonstration in it."""

import asyncio
import base64
import hashlib
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog

from embedded.data_folder import DataFolder
from embedded.keycloak import OPERATOR, Keycloak, KeycloakFailed, Tell, start_keycloak
from embedded.ordinary_user import NoOrdinaryUser
from embedded.postgres import PostgresFailed, write_secret
from embedded.wiring import Wiring
from libs.common.service import Service
from libs.keycloak.administration import Administration, KeycloakRefused, administration
from realm.applying import apply
from realm.description import Realm, wanted_realm
from services.directory.accounts.server import KeycloakAccounts
from services.directory.accounts.stepping import Progress, step_everything_in_turn
from system.applications import SERVICES
from system.refusals import CannotRun

log = structlog.get_logger()

# As Keycloak counts for this algorithm by itself. Whoever signs in gets another one, which the policy of the realm names.
ALGORITHM, ITERATIONS = "pbkdf2-sha512", 210_000


@asynccontextmanager
async def sign_in_server(folder: DataFolder, tell: Tell) -> AsyncIterator[Keycloak]:
    """Up while the context lasts, and still without the realm. Raises CannotRun."""
    keycloak = await started_keycloak(folder, tell)
    try:
        yield keycloak
    finally:
        await asyncio.to_thread(keycloak.stop)


async def started_keycloak(folder: DataFolder, tell: Tell, *, trusting: Path | None = None) -> Keycloak:
    """Whoever asked for it stops it. Raises CannotRun."""
    try:
        return await asyncio.to_thread(start_keycloak, folder.keycloak, trusting=trusting, tell=tell)
    except (KeycloakFailed, PostgresFailed, NoOrdinaryUser) as error:
        raise CannotRun("Không khởi động được Keycloak", f"Keycloak does not start: {error}") from error


async def apply_realm(keycloak: Keycloak, wiring: Wiring) -> list[str]:
    """What was changed so that the realm is as described. Raises CannotRun when something is left that only a person may mend."""
    wanted = _realm(wiring)
    async with _administered(keycloak, wanted.name) as server:
        changed, left = await apply(server, wanted)
    if left:
        raise CannotRun("Cấu hình Keycloak không đúng và phải sửa bằng tay", f"the realm has to be mended by hand: {'; '.join(left)}")
    return changed


async def let_people_in(keycloak: Keycloak, wiring: Wiring, directory: Service, progress: Progress) -> str:
    """Accounts for the people of the directory, as it keeps them; the one password that all have who had none yet. In its turn."""
    password = people_password(keycloak)
    async with _administered(keycloak, _realm(wiring).name) as server:
        stepped = await step_everything_in_turn(
            directory.database, KeycloakAccounts(server), directory.clock.today(), credentials=[_credential(password)], progress=progress
        )
    for subject in stepped.behind:
        log.error("account-behind", subject=str(subject))
    log.info("accounts-in-step", mended={str(drift): number for drift, number in stepped.mended.items()}, left=len(stepped.left))
    return password


def _realm(wiring: Wiring) -> Realm:
    return wanted_realm(SERVICES, wiring.place())


@asynccontextmanager
async def _administered(keycloak: Keycloak, realm: str) -> AsyncIterator[Administration]:
    try:
        async with administration(keycloak.url, operator=OPERATOR, password=keycloak.password, realm=realm) as server:
            yield server
    except KeycloakRefused as error:
        raise CannotRun("Không cấu hình được Keycloak", f"the realm cannot be applied: {error}") from error


def people_password(keycloak: Keycloak) -> str:
    """Of all invented people of a folder, with all that the policy asks for."""
    file = keycloak.folder / "people.password"
    if not file.exists():
        write_secret(file, f"Demo-{secrets.token_hex(6)}-1")
    return file.read_text()


def _credential(password: str) -> dict[str, Any]:
    """Hashed once for all of them: Keycloak itself would take a tenth of a second for each."""
    salt = secrets.token_bytes(16)
    value = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ITERATIONS)
    kept = {"value": base64.b64encode(value).decode(), "salt": base64.b64encode(salt).decode()}
    how = {"algorithm": ALGORITHM, "hashIterations": ITERATIONS}
    return {"type": "password", "temporary": False, "secretData": json.dumps(kept), "credentialData": json.dumps(how)}
