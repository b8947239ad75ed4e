"""The rules of the province for a route: `rules: Rules`, where the application keeps its replica in `app.state.province`."""

from typing import Annotated

from fastapi import Depends, Request

from libs.common.service import service_of
from libs.contracts.province import ProvinceRules
from libs.directory_replica.province import ProvinceReplica


async def rules_here(request: Request) -> ProvinceRules:
    province: ProvinceReplica = request.app.state.province
    return await province.rules()


Rules = Annotated[ProvinceRules, Depends(rules_here)]


async def hold_seconds_today(request: Request, rules: Rules) -> int:
    return rules.on(service_of(request.app).clock.today()).hold_seconds


async def step_up_minutes_today(request: Request) -> int:
    """How lately a person must have proved who he is, for what asks for it."""
    return (await rules_here(request)).on(service_of(request.app).clock.today()).step_up_minutes


HoldSeconds = Annotated[int, Depends(hold_seconds_today)]
"""For how long a held act waits for its effect (rulebook 1.14); 0: it takes effect at once."""
