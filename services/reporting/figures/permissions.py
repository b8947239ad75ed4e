"""Who may see what (rulebook 1.2 and 1.13): figures are for everybody, the tasks behind them are not.

| role                                            | figures | tasks behind a figure                              |
|-------------------------------------------------|---------|----------------------------------------------------|
| LEADER, OFFICE_LEAD, OFFICE_TRACKER, INSPECTOR  | all     | all                                                |
| AGENCY_HEAD, AGENCY_CLERK, AGENCY_OFFICER       | all     | those their agency leads or coordinates            |
| HOME_AFFAIRS                                    | all     | those their agency leads or coordinates            |
| SYSTEM_ADMIN                                    | all     | none: configures, has no part in the tasks         |

A parent of a group is seen by whoever may see one of its children. An unknown role sees no task.
"""

from enum import Enum

from libs.common.actor import Actor


class SeesTasks(Enum):
    ALL = "all"
    OF_OWN_AGENCY = "of-own-agency"
    NONE = "none"


TASKS_BEHIND_FIGURES: dict[str, SeesTasks] = {
    "LEADER": SeesTasks.ALL,
    "OFFICE_LEAD": SeesTasks.ALL,
    "OFFICE_TRACKER": SeesTasks.ALL,
    "INSPECTOR": SeesTasks.ALL,
    "AGENCY_HEAD": SeesTasks.OF_OWN_AGENCY,
    "AGENCY_CLERK": SeesTasks.OF_OWN_AGENCY,
    "AGENCY_OFFICER": SeesTasks.OF_OWN_AGENCY,
    "HOME_AFFAIRS": SeesTasks.OF_OWN_AGENCY,
    "SYSTEM_ADMIN": SeesTasks.NONE,
}


def sees_tasks(actor: Actor) -> SeesTasks:
    return TASKS_BEHIND_FIGURES.get(actor.role, SeesTasks.NONE)
