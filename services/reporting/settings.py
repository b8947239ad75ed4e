"""Settings of the reporting service. Where provinces differ in their figures (rulebook 1.5), the rules of the province say how."""

from libs.common.settings import ServiceSettings


class ReportingSettings(ServiceSettings):
    name: str = "reporting"
    settled_every_seconds: float = 2.0
