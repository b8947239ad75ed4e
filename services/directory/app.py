"""The directory service: agencies with validity, people, positions and memberships."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from services.directory.api import directory, people, province
from services.directory.api import reorganisations as reorganisations_api
from services.directory.api import titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.directory.queries.people import OwnMemberships
from services.directory.queries.reorganisations import count_overdue
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

    async def examined(connection: AsyncConnection) -> dict[str, object]:
        return {"reorganisations_overdue": await count_overdue(connection, settings.clock.today())}

    service.examined_too = examined
    memberships = OwnMemberships(service.database, settings.clock)
    routers = [directory.router, people.router, province.router, reorganisations_api.router]
    return create_service_app(service, routers, title="Danh bạ cơ quan", memberships=memberships)
