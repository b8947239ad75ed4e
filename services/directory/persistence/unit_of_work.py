"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.unit_of_work import Repository, UnitOfWork
from services.directory.persistence.people import People
from services.directory.persistence.province_rules import CalendarRepository, SettingRepository
from services.directory.persistence.repository import AgencyRepository, MembershipRepository


class DirectoryUnitOfWork(UnitOfWork):
    settings: SettingRepository
    calendars: CalendarRepository
    agencies: AgencyRepository
    memberships: MembershipRepository
    people: People

    def begin(self) -> None:
        self.settings = SettingRepository(self.connection)
        self.calendars = CalendarRepository(self.connection)
        self.agencies = AgencyRepository(self.connection)
        self.memberships = MembershipRepository(self.connection)
        self.people = People(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        # The rules first: whoever hears of a membership should have heard of them.
        return (self.settings, self.calendars, self.agencies, self.memberships)  # type: ignore[return-value]
