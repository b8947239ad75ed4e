"""From what people may enter at most follows the largest event of every type, and it stays well below what the bus takes."""

from libs.common.messaging.envelope import Envelope
from libs.contracts.bounds import CONTENT, weight
from libs.contracts.contract import Contract, all_contracts
from tests.contracts.largest import LATEST_ID, MOMENT, events_of_directives, events_of_directory, events_of_tasks, longest

LARGEST_BYTES = 48 * 1024
LONGEST_NAME = "x" * 100


def bytes_of(event: Contract) -> int:
    """With all that it carries on its way."""
    return len(
        Envelope(
            id=LATEST_ID,
            source="directives",
            type=event.type,
            subject=LATEST_ID,
            aggregate_type="province-setting",
            time=MOMENT,
            epoch=2**31 - 1,
            version=2**31 - 1,
            actor=str(LATEST_ID),
            correlation_id=LONGEST_NAME,
            causation_id=LONGEST_NAME,
            traceparent=f"00-{'f' * 32}-{'f' * 16}-01",
            data=event.model_dump(mode="json"),
        ).to_bytes()
    )


def test_the_largest_event_of_every_type_stays_well_below_what_the_bus_takes() -> None:
    largest: dict[str, int] = {}
    for event in (*events_of_directives(), *events_of_tasks(), *events_of_directory()):
        largest[event.type] = max(largest.get(event.type, 0), bytes_of(event))
    assert largest.keys() == {name for name, contract in all_contracts().items() if contract.published and name.startswith("chidao.")}
    assert {name: size for name, size in largest.items() if size > LARGEST_BYTES} == {}


def test_the_longest_text_is_at_its_bound() -> None:
    assert CONTENT.holds(longest(CONTENT))
    assert not CONTENT.holds(longest(CONTENT) + "x")
    assert weight('a"\n\t\\') == 9
