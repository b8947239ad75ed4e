"""The reporting service: official figures, counted from rows."""

from fastapi import FastAPI

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from libs.directory_replica.replica import DirectoryReplica
from services.reporting.api import figures
from services.reporting.settings import ReportingSettings
from services.reporting.subscriptions import CONSUMERS, REPLICA_CONSUMER


def create_app(settings: ReportingSettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.reporting", consumers=CONSUMERS, lists=("figures",))
    replica = DirectoryReplica(
        service.database, settings.clock, consumer=REPLICA_CONSUMER, max_age_seconds=settings.membership_max_age_seconds
    )
    return create_service_app(service, [figures.router], title="Số liệu", memberships=replica)
