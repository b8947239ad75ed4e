"""The transaction of a use case of this service."""

from libs.common.domain import Aggregate
from libs.common.held.store import HeldActs
from libs.common.unit_of_work import Repository, UnitOfWork
from services.directives.persistence.repository import DirectiveRepository, InstructionRepository


class DirectivesUnitOfWork(UnitOfWork):
    directives: DirectiveRepository
    instructions: InstructionRepository
    held: HeldActs

    def begin(self) -> None:
        self.directives = DirectiveRepository(self.connection)
        self.instructions = InstructionRepository(self.connection)
        self.held = HeldActs(self.connection)

    def repositories(self) -> tuple[Repository[Aggregate], ...]:
        return (self.instructions, self.directives)  # type: ignore[return-value]
