"""The directory service: agencies with validity, people, positions and memberships."""

from fastapi import FastAPI

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from services.directory.api import directory, people, province
from services.directory.api import titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.directory.queries.people import OwnMemberships
from services.directory.scheduler.order_of_names import OrderOfNames
from services.directory.settings import DirectorySettings


def create_app(settings: DirectorySettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.directory", publishes=True, lists=("agencies",))
    order = OrderOfNames(service.database, service.hints, settings.clock, every=settings.names_ordered_every_seconds, lists=service.lists)
    service.schedulers.append(("order of names", order.run))
    memberships = OwnMemberships(service.database, settings.clock)
    return create_service_app(service, [directory.router, people.router, province.router], title="Danh bạ cơ quan", memberships=memberships)
