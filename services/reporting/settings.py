"""Settings of the reporting service: the points of rulebook 1.5 where provinces differ."""

from libs.common.settings import ServiceSettings
from libs.contracts.buckets import AwaitingCountsAs
from libs.contracts.rates import Rounding


class ReportingSettings(ServiceSettings):
    name: str = "reporting"
    awaiting_counts_as: AwaitingCountsAs = AwaitingCountsAs.IN_TIME_IF_SUBMITTED_BY_DUE
    rounding: Rounding = Rounding.HALF_UP
    settled_every_seconds: float = 2.0
