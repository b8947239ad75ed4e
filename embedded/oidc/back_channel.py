"""Whoever is signed out here is signed out at the client at once, without a browser (OpenID Connect Back-Channel Logout 1.0)."""

import asyncio

import httpx2
import structlog

from libs.common.trust import trusted

log = structlog.get_logger()

LONGEST_SECONDS = 5.0


class BackChannel:
    """Tells once, as Keycloak does; nobody waits for it, and what fails stands in the log."""

    def __init__(self) -> None:
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, url: str, token: str) -> None:
        telling = asyncio.create_task(self._told(url, token))
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def settled(self) -> None:
        """Whatever has been begun is told, or has failed."""
        await asyncio.gather(*self._telling)

    async def _told(self, url: str, token: str) -> None:
        try:
            status = await self.send(url, token)
        except httpx2.HTTPError as error:
            log.warning("client-not-told-of-sign-out", error=type(error).__name__)
            return
        if status != httpx2.codes.OK:
            log.warning("client-not-told-of-sign-out", status=status)

    async def send(self, url: str, token: str) -> int:
        async with httpx2.AsyncClient(timeout=LONGEST_SECONDS, trust_env=False, verify=trusted()) as client:
            return (await client.post(url, data={"logout_token": token})).status_code
