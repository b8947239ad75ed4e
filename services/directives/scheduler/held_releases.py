"""Every second: releases whose moment has come take effect."""

from libs.common.actor import Actor
from libs.common.held.act import HeldAct
from libs.common.held.scheduler import HeldActScheduler, Memberships
from libs.common.messaging.event_log import Cause
from libs.common.service import Service
from libs.directory_replica.province import ProvinceReplica
from services.directives.hints import LIST
from services.directives.outgoing import to_contract
from services.directives.persistence.unit_of_work import DirectivesUnitOfWork
from services.directives.use_cases.take_effect import take_effect


def held_releases(service: Service, memberships: Memberships, province: ProvinceReplica, *, every: float) -> HeldActScheduler:
    async def perform(act: HeldAct, actor: Actor) -> None:
        rules = (await province.rules()).on(service.clock.today())
        uow = DirectivesUnitOfWork(
            service.database,
            to_contract,
            actor=actor,
            # The request in which the person released, so that the chain begins with his click.
            cause=Cause(correlation_id=act.request_id),
            hints=service.hints,
            lists=service.lists,
        )
        await take_effect(act.id, uow, release_needs_approval=rules.release_needs_approval)

    return HeldActScheduler(service.database, service.hints, memberships, perform, every=every, lists=(LIST,))
