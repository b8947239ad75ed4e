"""The portal alone, over a stand-in for the services, spoken to as a browser without scripts would."""

import asyncio
import re
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from joserfc.jwk import ECKey
from sqlalchemy import text
from starlette.types import ASGIApp

from libs.common.clock import vietnam_date
from libs.common.db import Database
from libs.common.trust import trusted
from portal.app import create_app
from portal.settings import PortalSettings
from tests.conftest import ServiceDatabase
from tests.portal.answers import descriptions
from tests.portal.stand_in import ISSUER, StandIn, id_of

PUBLIC_URL = "https://portal.test"
SERVICES = ("directory", "directives", "tasks", "notify", "reporting")
Fields = dict[str, str | list[str]]


class Form(HTMLParser):
    """What a browser would send of the form whose `action` is asked for."""

    def __init__(self, html: str, action: str) -> None:
        super().__init__()
        self.action = action
        self.fields: Fields = {}
        self._inside = False
        self._area: str | None = None
        self._select: str | None = None
        self.feed(html)
        assert self.fields, f"no form for {action}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self.action
        if not self._inside:
            return
        name = given.get("name", "")
        if tag == "input" and name and (given.get("type") not in ("radio", "checkbox", "file") or "checked" in given):
            self._add(name, given.get("value", ""))
        elif tag == "textarea":
            self._area, self.fields[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in given or self._select not in self.fields):
            self.fields[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.fields[self._area] = str(self.fields[self._area]) + data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None
        elif tag == "form":
            self._inside = False

    def _add(self, name: str, value: str) -> None:
        before = self.fields.get(name)
        self.fields[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]


@dataclass
class Browser:
    """Somebody's browser without scripts: keeps cookies, follows what it is sent to, fills forms."""

    http: httpx2.AsyncClient
    stand_in: StandIn
    page: httpx2.Response = field(init=False)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        self.page = await self.http.get(path, headers=headers)
        return self.page

    async def sign_in(self, person: str = "tracker") -> httpx2.Response:
        self.stand_in.person = person
        start = await self.http.get("/sign-in/start")
        async with httpx2.AsyncClient(verify=trusted()) as outside:
            granted = await outside.get(start.headers["Location"])
        return await self.follow(await self.http.get(granted.headers["Location"]))

    async def follow(self, answer: httpx2.Response) -> httpx2.Response:
        while answer.status_code == 303:
            answer = await self.http.get(answer.headers["Location"])
        self.page = answer
        return answer

    def form(self, action: str) -> Fields:
        return Form(self.page.text, action).fields

    async def send(self, action: str, changes: Fields | None = None, *, to: str = "", files: Any = None) -> httpx2.Response:
        """Fill the form of the present page with `changes` and send it."""
        answer = await self.http.post(to or action, data={**self.form(action), **(changes or {})}, files=files)
        return await self.follow(answer)

    @property
    def errors(self) -> list[str]:
        found = re.findall(r'<p class="error"[^>]*>.*?<span>(.*?)</span></p>', self.page.text, re.DOTALL)
        return [re.sub(r"<.*?>", "", one) for one in found]

    def value_of(self, action: str, name: str) -> str:
        value = self.form(action)[name]
        assert isinstance(value, str)
        return value


@dataclass
class Running:
    """The portal as it runs in a test."""

    app: FastAPI
    stand_in: StandIn
    settings: PortalSettings
    admin: Database

    def browser(self) -> Browser:
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        return Browser(httpx2.AsyncClient(transport=transport, base_url=PUBLIC_URL), self.stand_in)

    def hear_that_all_changed(self) -> None:
        """What the services' live lines would have said of it."""
        self.app.state.portal.shared.forget()
        self.app.state.portal.answers.forget()

    async def rows(self, statement: str, **parameters: Any) -> list[Any]:
        async with self.admin.read() as connection:
            return list((await connection.execute(text(statement), parameters)).all())

    async def change(self, statement: str) -> None:
        async with self.admin.begin() as connection:
            await connection.execute(text(statement))


@pytest.fixture(scope="session")
def described() -> dict[str, dict[str, Any]]:
    """What each service promises of its answers."""
    return descriptions()


@pytest.fixture
def stand_in(described: dict[str, dict[str, Any]]) -> Iterator[StandIn]:
    stand_in = StandIn(vietnam_date(datetime.now(UTC)), described=described)
    yield stand_in
    assert stand_in.unpromised == [], "the stand-in said what no service says"


@pytest.fixture
def address(stand_in: StandIn) -> Iterator[str]:
    """Where the stand-in listens."""
    with served(stand_in.app()) as address:
        yield address


@contextmanager
def served(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """The address at which `app` answers, in a thread of its own; when it ends, nothing answers there."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),), daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        # Whoever only looks takes the processor from the one whom he waits for.
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cut once for all tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
async def portal(
    database: Callable[[str], ServiceDatabase], address: str, stand_in: StandIn, tmp_path: Path, fonts: Path
) -> AsyncIterator[Running]:
    sign_in = {
        "issuer": ISSUER,
        "authorization_url": f"{address}/sign-in/auth",
        "pushed_request_url": f"{address}/sign-in/push",
        "token_url": f"{address}/sign-in/token",
        "end_session_url": f"{address}/sign-in/end",
        "sign_out_url": f"{address}/sign-in/sign-out",
        "jwks_url": f"{address}/sign-in/certs",
    }
    async with running_portal(database("portal"), stand_in, address, tmp_path, fonts, sign_in) as running:
        yield running


@asynccontextmanager
async def running_portal(
    own: ServiceDatabase, stand_in: StandIn, services: str, folder: Path, fonts: Path, sign_in: Mapping[str, str]
) -> AsyncIterator[Running]:
    """Over the stand-in at the address `services`, with the sign-in service that `sign_in` leads to."""
    (folder / "session.key").write_bytes(secrets.token_bytes(32))
    client = folder / "client.pem"
    if not client.exists():
        client.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    settings = PortalSettings(
        database_url=own.app_url,
        public_url=PUBLIC_URL,
        demo=True,
        private_key_file=client,
        services={name: f"{services}/{name}" for name in SERVICES},
        session_key_file=folder / "session.key",
        cache_folder=fonts,
        **sign_in,  # type: ignore[arg-type]
    )
    app = create_app(settings)
    admin = Database(own.admin_url)
    async with app.router.lifespan_context(app):
        yield Running(app, stand_in, settings, admin)
    await admin.dispose()


@pytest.fixture
async def browser(portal: Running) -> AsyncIterator[Browser]:
    made = portal.browser()
    yield made
    await made.http.aclose()


@pytest.fixture
def released(stand_in: StandIn) -> dict[str, Any]:
    """A task of the health department that is assigned."""
    due = (stand_in.today + timedelta(days=9)).isoformat()
    instruction = {
        "content": "Rà soát năng lực thu dung, điều trị; báo cáo Ủy ban nhân dân tỉnh.",
        "deliverable": "bao-cao",
        "deadline_class": "DATED",
        "deadline_wording": None,
        "due": due,
        "no_deadline_reason": None,
        "assignments": [{"agency_id": id_of("health"), "role": "LEAD"}],
        "lead_group": None,
        "field": None,
    }
    directive = stand_in.directive(
        {
            "secrecy": "NORMAL",
            "kind": "cong-van",
            "number": "5425",
            "notation": "UBND-KGVX",
            "issue_date": stand_in.today.isoformat(),
            "urgency": "NORMAL",
            "subject": "Phòng, chống dịch bệnh",
            "signer": None,
            "instructions": [instruction],
        }
    )
    return stand_in.assign(directive, directive["instructions"][0])
