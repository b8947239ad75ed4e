"""The rules of the province for a route: `rules: Rules`, where the application keeps its replica in `app.state.province`."""

from typing import Annotated

from fastapi import Depends, Request

from libs.contracts.province import ProvinceRules
from libs.directory_replica.province import ProvinceReplica


async def rules_here(request: Request) -> ProvinceRules:
    province: ProvinceReplica = request.app.state.province
    return await province.rules()


Rules = Annotated[ProvinceRules, Depends(rules_here)]
