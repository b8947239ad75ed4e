"""What a trace holds of a page: one span of ours, and none of a library, which would tell the whole address."""

from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.trace import Tracer, TracerProvider

from libs.common import telemetry
from tests.conftest import Spans
from tests.portal.conftest import Browser


class OfTheTest(TracerProvider):
    """What a process is given whose traces are gathered."""

    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        return telemetry.tracer


async def test_a_page_is_one_span_without_what_was_searched_for(spans: Spans, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "get_tracer_provider", OfTheTest)
    await browser.sign_in()
    before = len(spans())
    await browser.get("/workbench?q=b%E1%BB%87nh")
    page = spans()[before:]
    assert [span.name for span in page] == ["portal GET"]
    assert page[0].attributes == {"http.route": "/workbench", "http.response.status_code": 200}
