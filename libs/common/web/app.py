"""The web face that all services share; a service brings its routers."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI

from libs.common.service import Service
from libs.common.settings import ProcessPart
from libs.common.tokens import TokenVerifier
from libs.common.web import health, internal
from libs.common.web.auth import PORTAL_PARTY, Doorkeeper, Memberships
from libs.common.web.description import describe_refusals
from libs.common.web.disconnected import EndsWithItsAsker
from libs.common.web.middleware import NO_TELEMETRY, RequestTrace
from libs.common.web.problems import install_problem_answers

SERVICES = ("directory", "directives", "tasks", "notify", "reporting", "portal")


def create_service_app(service: Service, routers: Sequence[APIRouter], *, title: str, memberships: Memberships) -> FastAPI:
    """The whole ASGI application of one service; its lifespan starts and stops what runs behind it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    settings = service.settings
    app = FastAPI(title=f"Chidao · {title}", version="1", lifespan=lifespan, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
    app.state.service = service
    app.state.doorkeeper = Doorkeeper(
        TokenVerifier(
            issuer=settings.issuer,
            jwks_url=settings.jwks_url,
            audience=service.name,
            parties=frozenset({PORTAL_PARTY, *settings.allowed_parties, *(f"service-{name}" for name in SERVICES)}),
        ),
        memberships,
    )
    install_problem_answers(app)
    describe_refusals(app)
    app.include_router(health.router)
    # A process that is only a relay, a consumer or a scheduler still says how it is, and nothing else.
    if ProcessPart.API in settings.parts:
        for router in (internal.router, *routers):
            app.include_router(router)
    app.add_middleware(EndsWithItsAsker)
    app.add_middleware(RequestTrace, service=service.name)
    return app
