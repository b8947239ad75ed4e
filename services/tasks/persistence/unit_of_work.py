"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.unit_of_work import Repository, UnitOfWork
from services.tasks.persistence.repository import TaskRepository


class TasksUnitOfWork(UnitOfWork):
    tasks: TaskRepository

    def begin(self) -> None:
        self.tasks = TaskRepository(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        return (self.tasks,)  # type: ignore[return-value]
