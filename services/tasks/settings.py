"""Settings of the tasks service: the points of the rulebook that provinces decide."""

from libs.common.settings import ServiceSettings


class TasksSettings(ServiceSettings):
    """`result_requires_file`: a result brings its report document as a file (rulebook 1.4). Seconds are real time."""

    name: str = "tasks"
    result_requires_file: bool = True
    overdue_every_seconds: float = 60.0
    passed_on_every_seconds: float = 5.0
    held_acts_every_seconds: float = 1.0
    orphans_swept_every_seconds: float = 3600.0
    files_verified_every_seconds: float = 300.0
