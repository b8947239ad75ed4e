"""The reporting service: official figures, counted from rows."""

from dataclasses import asdict
from datetime import datetime

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from libs.directory_replica.province import ProvinceReplica
from libs.directory_replica.replica import DirectoryReplica
from services.reporting.api import figures
from services.reporting.projections.derivation import stretches_are_complete
from services.reporting.projections.directives import released_but_not_arrived
from services.reporting.scheduler.settling import Settling
from services.reporting.settings import ReportingSettings
from services.reporting.subscriptions import CONSUMERS, REPLICA_CONSUMER


def create_app(settings: ReportingSettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.reporting", consumers=CONSUMERS, lists=("figures",))

    async def examined(connection: AsyncConnection) -> dict[str, object]:
        return await _examined(connection, now=settings.clock.now())

    service.examined_too = examined
    province = ProvinceReplica(service.database)
    settling = Settling(service.database, settings.clock, province, every=settings.settled_every_seconds)
    service.schedulers.append(("settling", settling.run))
    replica = DirectoryReplica(
        service.database, settings.clock, consumer=REPLICA_CONSUMER, max_age_seconds=settings.membership_max_age_seconds
    )
    app = create_service_app(service, [figures.router], title="Số liệu", memberships=replica)
    app.state.province = province
    return app


async def _examined(connection: AsyncConnection, *, now: datetime) -> dict[str, object]:
    """Figures that are exact over what arrived are wrong when something did not; while stretches are derived anew they are slow."""
    missing = await released_but_not_arrived(connection, now=now)
    return {
        "released_but_not_arrived": asdict(missing),
        "stretches_complete": await stretches_are_complete(connection),
    }
