"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.unit_of_work import Repository, UnitOfWork
from services.directory.persistence.repository import AgencyRepository, MembershipRepository


class DirectoryUnitOfWork(UnitOfWork):
    agencies: AgencyRepository
    memberships: MembershipRepository

    def begin(self) -> None:
        self.agencies = AgencyRepository(self.connection)
        self.memberships = MembershipRepository(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        return (self.agencies, self.memberships)  # type: ignore[return-value]
