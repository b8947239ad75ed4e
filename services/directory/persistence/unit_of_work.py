"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.unit_of_work import Repository, UnitOfWork
from services.directory.persistence.people import People
from services.directory.persistence.province_rules import CalendarRepository, SettingRepository
from services.directory.persistence.reorganisations import ReorganisationRepository
from services.directory.persistence.repository import AgencyRepository, MembershipRepository


class DirectoryUnitOfWork(UnitOfWork):
    settings: SettingRepository
    calendars: CalendarRepository
    agencies: AgencyRepository
    memberships: MembershipRepository
    reorganisations: ReorganisationRepository
    people: People

    def begin(self) -> None:
        self.settings = SettingRepository(self.connection)
        self.calendars = CalendarRepository(self.connection)
        self.agencies = AgencyRepository(self.connection)
        self.memberships = MembershipRepository(self.connection)
        self.reorganisations = ReorganisationRepository(self.connection)
        self.people = People(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        # The rules first: whoever hears of a membership should have heard of them. And that somebody takes over, when all that follows
        # from it is told.
        return (self.settings, self.calendars, self.agencies, self.memberships, self.reorganisations)  # type: ignore[return-value]
