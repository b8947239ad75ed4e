"""What the API answers about tasks of agencies that end or have ended."""

from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.tasks.api.schemas import TaskListItem


class AwaitingLeadOut(BaseModel):
    """A task whose lead has ended. It goes to one of `successor_ids`; where nobody took over, to any agency that lives."""

    task: TaskListItem
    successor_ids: list[UUID]
    may_choose: bool


class OpenWorkOfAgencyOut(BaseModel):
    """What it leads and coordinates that is not completed."""

    model_config = ConfigDict(from_attributes=True)

    agency_id: UUID
    leads: int
    coordinates: int


class OpenWorkOut(BaseModel):
    """`becoming_one`: in so many open tasks one of these agencies leads and another has a part."""

    items: list[OpenWorkOfAgencyOut]
    becoming_one: int


class ProgressOut(BaseModel):
    """In how many tasks a part was `passed_on`, how many open tasks are still to change their lead by themselves, and how many wait for
    the Office to choose one."""

    model_config = ConfigDict(from_attributes=True)

    passed_on: int
    leads_to_pass_on: int
    awaiting_lead: int
