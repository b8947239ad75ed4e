"""Whose pages a notice is for."""

from collections.abc import Mapping

from libs.common.actor import Actor
from libs.common.live import Hint, concerned
from libs.common.messaging.envelope import Envelope
from libs.contracts.contract import Contract, contract_of
from libs.contracts.tasks import (
    OverdueTold,
    ProgressReported,
    ResultConfirmed,
    ResultReturned,
    ResultSubmitted,
    TaskAccepted,
    TaskAssigned,
    TaskOverdue,
    TaskRestated,
)
from services.notify.notices.kinds import AUDIENCES, NoticeKind

LIST = "notices"
TOLD_AS: Mapping[type[Contract], NoticeKind] = {
    TaskAssigned: NoticeKind.RELEASED,
    ResultSubmitted: NoticeKind.SUBMITTED,
    ResultConfirmed: NoticeKind.CONFIRMED,
    ResultReturned: NoticeKind.RETURNED,
    TaskOverdue: NoticeKind.OVERDUE,
    OverdueTold: NoticeKind.OVERDUE,
}
NOT_TOLD: tuple[type[Contract], ...] = (TaskAccepted, ProgressReported, TaskRestated)


def hint_of_event(envelope: Envelope) -> Hint:
    """Those who are told of it; of an event of which it is not known, everybody."""
    contract = contract_of(envelope.type)
    if contract in NOT_TOLD:
        return Hint()
    kind = TOLD_AS.get(contract)
    if kind is None:
        return Hint.for_everybody(LIST)
    hint = Hint()
    for audience in AUDIENCES[kind](contract.model_validate(envelope.data).state):  # type: ignore[attr-defined]
        # Of an audience without an agency, whoever acts in one of its roles.
        whom = concerned(roles=audience.roles) if audience.agency_id is None else concerned(agencies=[audience.agency_id])
        hint |= Hint({LIST: whom})
    return hint


def hint_of_reading(reader: Actor) -> Hint:
    """What somebody has read is read on his own pages only."""
    assert reader.person_id is not None, "a service reads no notices"
    return Hint({LIST: concerned(persons=[reader.person_id])})
