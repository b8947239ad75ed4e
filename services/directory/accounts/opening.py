"""The way to the sign-in server that the settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from libs.keycloak.administration import administration
from services.directory.accounts.server import KeycloakAccounts, SignInServer


@asynccontextmanager
async def sign_in_server(url: str, *, operator: str, password_file: Path, realm: str) -> AsyncIterator[SignInServer]:
    """The password is read anew each time, so that it can be changed while the service runs."""
    password = (await asyncio.to_thread(password_file.read_text)).strip()
    async with administration(url, operator=operator, password=password, realm=realm) as server:
        yield KeycloakAccounts(server)
