"""Documents and their instructions."""

from seed.playing import Played
from seed.rows.batch import Batch
from services.directives.persistence.repository import _instruction_row, document_row

SERVICE = "directives"


def add_directives(batch: Batch, played: Played) -> None:
    directive = played.directive
    batch.add(SERVICE, "directive", document_row(directive) | {"created_at": played.registered_at})
    for instruction in directive.instructions:
        batch.add(SERVICE, "instruction", _instruction_row(instruction, directive.id))
