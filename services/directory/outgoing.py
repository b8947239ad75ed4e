"""Our words → the words we promise to others, in one place."""

from functools import singledispatch

from libs.common.domain import Aggregate, DomainEvent
from libs.contracts import directory as contracts
from libs.contracts.contract import Contract
from services.directory.domain import events
from services.directory.domain.agency import Agency
from services.directory.domain.membership import Membership
from services.directory.domain.province_rules import CalendarOfYear, ProvinceSetting
from services.directory.domain.reorganisation import Reorganisation


@singledispatch
def to_contract(event: DomainEvent, aggregate: Aggregate) -> Contract:
    raise NotImplementedError(f"{type(event).__name__} of {type(aggregate).__name__} has no contract")


def membership_state(membership: Membership) -> contracts.MembershipState:
    place = membership.place
    return contracts.MembershipState(
        id=membership.id,
        person_id=place.person_id,
        agency_id=place.agency_id,
        role=place.role,
        is_head=place.is_head,
        valid_from=membership.valid_from,
        valid_to=membership.valid_to,
    )


@to_contract.register
def _(
    event: events.AgencyEntered | events.AgencyPutInOrder | events.AgencyCalledOtherwise | events.AgencyEnded | events.AgencyMovedUnder,
    agency: Agency,
) -> Contract:
    details = agency.details
    state = contracts.AgencyState(
        id=agency.id,
        key=details.key,
        name=details.name,
        short_name=details.short_name,
        kind=details.kind,
        scope=details.scope,
        parent_id=details.parent_id,
        valid_from=details.valid_from,
        valid_to=details.valid_to,
        sort_key=agency.sort_key,
        aliases=details.aliases,
        former_names=details.former_names,
        codes=tuple(contracts.AgencyCode(kind=one.kind, code=one.code) for one in details.codes),
    )
    return contracts.AgencyChanged(occurred_at=event.occurred_at, state=state, change=contracts.AgencyChange(reason=event.reason))


@to_contract.register
def _(event: events.MembershipGranted, membership: Membership) -> Contract:
    change = contracts.MembershipChange(reason=event.reason)
    return contracts.MembershipChanged(occurred_at=event.occurred_at, state=membership_state(membership), change=change)


@to_contract.register
def _(event: events.MembershipEnded, membership: Membership) -> Contract:
    change = contracts.MembershipChange(reason=event.reason)
    return contracts.MembershipChanged(occurred_at=event.occurred_at, state=membership_state(membership), change=change)


@to_contract.register
def _(event: events.SettingDecided, setting: ProvinceSetting) -> Contract:
    state = contracts.ProvinceSettingState(key=setting.setting.key, value=event.value, valid_from=event.valid_from)
    change = contracts.DecisionChange(reason=event.reason)
    return contracts.ProvinceSettingChanged(occurred_at=event.occurred_at, state=state, change=change)


@to_contract.register
def _(event: events.CalendarDecided, calendar: CalendarOfYear) -> Contract:
    state = contracts.WorkingCalendarState(year=calendar.year, days=event.days, valid_from=event.valid_from)
    change = contracts.DecisionChange(reason=event.reason)
    return contracts.WorkingCalendarChanged(occurred_at=event.occurred_at, state=state, change=change)


@to_contract.register
def _(
    event: events.ReorganisationPlanned | events.ReorganisationTakenBack | events.ReorganisationTookEffect, reorganisation: Reorganisation
) -> Contract:
    plan = reorganisation.plan
    state = contracts.ReorganisationState(
        id=reorganisation.id,
        kind=plan.kind,
        standing=reorganisation.standing,
        effective_on=plan.effective_on,
        legal_basis=plan.legal_basis,
        from_agency_ids=plan.from_agency_ids,
        ended_agency_ids=plan.ended_agency_ids,
        successor_ids=plan.successor_ids,
    )
    change = contracts.ReorganisationChange(reason=event.reason)
    return contracts.ReorganisationChanged(occurred_at=event.occurred_at, state=state, change=change)
