"""Acts of this service before which whoever does them proves anew who he is."""

from typing import Annotated

from fastapi import Depends, Request

from libs.common.change import Change
from libs.common.service import service_of
from libs.common.web.auth import Asking
from libs.common.web.step_up import changing_after_proof
from libs.contracts.step_up import STEP_UP, StepUpAct
from services.directory.queries.province_rules import one_setting

SETTING = "step_up_minutes"


async def minutes_today(request: Request) -> int:
    service = service_of(request.app)
    async with service.database.read() as connection:
        return int((await one_setting(connection, SETTING)).value_on(service.clock.today()))


def _after_proof(act: StepUpAct) -> Asking[Change]:
    return changing_after_proof(act, STEP_UP[act], minutes_today)


AddingAgency = Annotated[Change, Depends(_after_proof(StepUpAct.ADD_AGENCY))]
DecidingSetting = Annotated[Change, Depends(_after_proof(StepUpAct.DECIDE_SETTING))]
DecidingCalendar = Annotated[Change, Depends(_after_proof(StepUpAct.DECIDE_CALENDAR))]
GivingMembership = Annotated[Change, Depends(_after_proof(StepUpAct.GIVE_MEMBERSHIP))]
ChangingMembership = Annotated[Change, Depends(_after_proof(StepUpAct.CHANGE_MEMBERSHIP))]
EndingMembership = Annotated[Change, Depends(_after_proof(StepUpAct.END_MEMBERSHIP))]
PlanningReorganisation = Annotated[Change, Depends(_after_proof(StepUpAct.PLAN_REORGANISATION))]
WithdrawingReorganisation = Annotated[Change, Depends(_after_proof(StepUpAct.WITHDRAW_REORGANISATION))]
