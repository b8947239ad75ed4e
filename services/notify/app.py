"""The notify service: who hears of what."""

from fastapi import FastAPI

from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from libs.directory_replica.replica import DirectoryReplica
from services.notify.api import notices
from services.notify.notices.concern import LIST, hint_of_event
from services.notify.notices.retention import CHORES
from services.notify.settings import NotifySettings
from services.notify.subscriptions import CONSUMERS, REPLICA_CONSUMER


def create_app(settings: NotifySettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.notify", consumers=CONSUMERS, lists=(LIST,), hint_of=hint_of_event)
    service.chores += CHORES
    replica = DirectoryReplica(
        service.database, settings.clock, consumer=REPLICA_CONSUMER, max_age_seconds=settings.membership_max_age_seconds
    )
    return create_service_app(service, [notices.router], title="Thông báo", memberships=replica)
