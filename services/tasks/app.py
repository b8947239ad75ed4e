"""The tasks service: the law of a task from assignment to completion."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection

from libs.common.held.store import examined as held_acts_examined
from libs.common.messaging.bus import Bus
from libs.common.service import Service
from libs.common.web.app import create_service_app
from libs.directory_replica.province import ProvinceReplica
from libs.directory_replica.replica import DirectoryReplica
from services.tasks.api import acts, files, successions, tasks
from services.tasks.api import titles as _titles  # noqa: F401 - registers the sentences of our refusals
from services.tasks.files.store import FileStore
from services.tasks.files.sweep import OrphanSweep
from services.tasks.files.verification import FileVerification
from services.tasks.hints import LISTS, hint_of_event
from services.tasks.persistence.overdue_repository import count_put_aside
from services.tasks.queries.shared_counts import SharedCounts
from services.tasks.scheduler.held_decisions import held_decisions
from services.tasks.scheduler.overdue import OverdueScheduler
from services.tasks.scheduler.passing_on import PassingOn
from services.tasks.settings import TasksSettings
from services.tasks.subscriptions import CONSUMERS, REPLICA_CONSUMER


def create_app(settings: TasksSettings, bus: Bus) -> FastAPI:
    """The only door: the whole wiring, top to bottom."""
    service = Service(settings, bus, package="services.tasks", publishes=True, consumers=CONSUMERS, lists=LISTS, hint_of=hint_of_event)
    store = FileStore(settings.files_folder)
    province = ProvinceReplica(service.database)
    overdue = OverdueScheduler(service.database, service.hints, settings.clock, province, every=settings.overdue_every_seconds, lists=LISTS)
    passing_on = PassingOn(service.database, service.hints, settings.clock, every=settings.passed_on_every_seconds, lists=LISTS)
    orphans = OrphanSweep(service.database, store, every=settings.orphans_swept_every_seconds)
    verification = FileVerification(service.database, store, every=settings.files_verified_every_seconds)

    async def examined(connection: AsyncConnection) -> dict[str, object]:
        return await _examined(connection, store)

    service.examined_too = examined
    replica = DirectoryReplica(
        service.database, settings.clock, consumer=REPLICA_CONSUMER, max_age_seconds=settings.membership_max_age_seconds
    )
    decisions = held_decisions(service, replica, every=settings.held_acts_every_seconds)
    service.schedulers += [
        ("overdue scheduler", overdue.run),
        ("passing on", passing_on.run),
        ("orphan sweep", orphans.run),
        ("file verification", verification.run),
        ("held acts", decisions.run),
    ]
    app = create_service_app(service, [tasks.router, acts.router, files.router, successions.router], title="Nhiệm vụ", memberships=replica)
    app.state.files = store
    app.state.shared_counts = SharedCounts()
    app.state.province = province
    return app


async def _examined(connection: AsyncConnection, store: FileStore) -> dict[str, object]:
    """For those who operate it: which overdue tasks could not be told of, which files not given as they came, how held decisions stand."""
    aside, damaged = await count_put_aside(connection), len(store.damaged)
    return {"put_aside": aside, "damaged_files": damaged, **await held_acts_examined(connection)}
