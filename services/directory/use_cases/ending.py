"""What the acts of ending a membership share."""

from uuid import UUID

from libs.common.actor import Actor
from libs.common.domain import Forbidden, NotFound
from services.directory.domain.managing_people import manages_anybody, manages_people_of
from services.directory.domain.membership import Membership
from services.directory.persistence.unit_of_work import DirectoryUnitOfWork


async def membership_to_end(membership_id: UUID, actor: Actor, uow: DirectoryUnitOfWork) -> Membership:
    """Locked with all others, so that nobody is the last without being told. Raises Forbidden for those who manage nobody's people, and
    NotFound for one of another agency as for one that there is not."""
    if not manages_anybody(actor):
        raise Forbidden
    await uow.memberships.lock()
    membership = await uow.memberships.get(membership_id)
    if not manages_people_of(actor, membership.place.agency_id):
        raise NotFound
    return membership
