"""Whose pages a change of a document is for: of a draft those who see all documents, of a released one also the agencies named in it."""

from libs.common.live import Hint, concerned
from services.directives.domain.directive import Directive, Instruction
from services.directives.domain.permissions import SEES_ALL
from services.directives.domain.vocabulary import DirectiveState

LIST = "directives"


def hint_of_directive(directive: Directive) -> Hint:
    agencies = [agency for instruction in directive.instructions for agency in instruction.agency_ids]
    return Hint({LIST: concerned(agencies=agencies if directive.state is DirectiveState.RELEASED else (), roles=SEES_ALL)})


def hint_of_instruction(instruction: Instruction) -> Hint:
    return Hint({LIST: concerned(agencies=instruction.agency_ids, roles=SEES_ALL)})
