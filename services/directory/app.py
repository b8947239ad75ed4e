"""The directory service: agencies with validity, people, positions and memberships."""

from dataclasses import asdict
from functools import partial

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from services.directory.accounts.opening import sign_in_server
from services.directory.api import directory, people, province
from services.directory.api import reorganisations as reorganisations_api
from services.directory.api import titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.directory.persistence.accounts_behind import examined
from services.directory.queries.people import OwnMemberships
from services.directory.queries.reorganisations import count_overdue
from services.directory.scheduler.accounts_in_step import AccountsInStep
from services.directory.scheduler.order_of_names import OrderOfNames
from services.directory.scheduler.reorganisations import Reorganisations
from services.directory.settings import DirectorySettings


def create_app(settings: DirectorySettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.directory", publishes=True, lists=("agencies",))
    order = OrderOfNames(service.database, service.hints, settings.clock, every=settings.names_ordered_every_seconds, lists=service.lists)
    reorganisations = Reorganisations(
        service.database, service.hints, settings.clock, every=settings.reorganised_every_seconds, lists=service.lists
    )
    service.schedulers += [("order of names", order.run), ("reorganisations", reorganisations.run)]
    if settings.keycloak_url is not None:
        assert settings.keycloak_password_file is not None, "the settings see to it"
        server = partial(
            sign_in_server,
            settings.keycloak_url,
            operator=settings.keycloak_operator,
            password_file=settings.keycloak_password_file,
            realm=settings.keycloak_realm,
        )
        in_step = AccountsInStep(service.database, settings.clock, server, every=settings.accounts_looked_at_every_seconds)
        service.schedulers.append(("accounts in step", in_step.run))

    async def examined_too(connection: AsyncConnection) -> dict[str, object]:
        """What of the reorganisations is not in effect yet, and how far the sign-in server, if there is one, is behind."""
        overdue = await count_overdue(connection, settings.clock.today())
        behind = {} if settings.keycloak_url is None else {"accounts_behind": asdict(await examined(connection))}
        return {"reorganisations_overdue": overdue, **behind}

    service.examined_too = examined_too
    memberships = OwnMemberships(service.database, settings.clock)
    routers = [directory.router, people.router, province.router, reorganisations_api.router]
    return create_service_app(service, routers, title="Danh bạ cơ quan", memberships=memberships)
