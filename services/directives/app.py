"""The directives service: documents and meeting conclusions that assign tasks, from draft to release."""

from fastapi import FastAPI

from libs.common.held.store import examined
from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from libs.directory_replica.province import ProvinceReplica
from libs.directory_replica.replica import DirectoryReplica
from services.directives.api import directives, vocabulary
from services.directives.api import titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.directives.hints import LIST
from services.directives.scheduler.held_releases import held_releases
from services.directives.settings import DirectivesSettings
from services.directives.subscriptions import CONSUMERS, REPLICA_CONSUMER


def create_app(settings: DirectivesSettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.directives", publishes=True, consumers=CONSUMERS, lists=(LIST,))
    replica = DirectoryReplica(
        service.database, settings.clock, consumer=REPLICA_CONSUMER, max_age_seconds=settings.membership_max_age_seconds
    )
    province = ProvinceReplica(service.database)
    releases = held_releases(service, replica, province, every=settings.held_acts_every_seconds)
    service.schedulers += [("held acts", releases.run)]
    service.examined_too = examined
    app = create_service_app(service, [directives.router, vocabulary.router], title="Văn bản chỉ đạo", memberships=replica)
    app.state.province = province
    return app
