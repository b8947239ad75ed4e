"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.held.store import HeldActs
from libs.common.unit_of_work import Repository, UnitOfWork
from services.tasks.persistence.overdue_repository import OverdueRepository
from services.tasks.persistence.repository import TaskRepository
from services.tasks.persistence.successions import Successions


class TasksUnitOfWork(UnitOfWork):
    tasks: TaskRepository
    overdue: OverdueRepository
    held: HeldActs
    successions: Successions

    def begin(self) -> None:
        self.tasks = TaskRepository(self.connection)
        self.overdue = OverdueRepository(self.connection)
        self.held = HeldActs(self.connection)
        self.successions = Successions(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        return (self.tasks, self.overdue)  # type: ignore[return-value]
