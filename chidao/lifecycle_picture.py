"""The picture of a task's life, drawn from the table in services/tasks/domain/lifecycle.py: `python -m chidao.lifecycle_picture`.

States stand on a staircase in the order of the table; a step forward runs above it, a step back below.
"""

from pathlib import Path
from xml.sax.saxutils import escape

from services.tasks.domain.lifecycle import TRANSITIONS, Action, State

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "images" / "task-lifecycle.svg"

STATE_WORDS = {
    State.ASSIGNED: "Đã giao",
    State.ACCEPTED: "Đã tiếp nhận",
    State.IN_PROGRESS: "Đang thực hiện",
    State.AWAITING_CONFIRMATION: "Chờ xác nhận",
    State.RESULT_RETURNED: "Kết quả bị trả lại",
    State.COMPLETED: "Hoàn thành",
}
ACTION_WORDS = {
    Action.ACCEPT: "tiếp nhận",
    Action.REPORT_PROGRESS: "báo cáo tiến độ",
    Action.SUBMIT_RESULT: "báo cáo hoàn thành",
    Action.CONFIRM: "xác nhận",
    Action.RETURN_RESULT: "trả lại kết quả",
}
WIDTH, HEIGHT, STEP, BOX = 1140, 300, 190, (150, 52)
TOP = 150


def picture() -> str:
    """The whole SVG; every state and every step of the table is in it."""
    order = {state: place for place, state in enumerate(TRANSITIONS)}
    steps = [(source, action, target) for source, actions in TRANSITIONS.items() for action, target in actions.items()]
    arrows = "\n".join(_arrow(order[source], order[target], ACTION_WORDS[action]) for source, action, target in steps)
    boxes = "\n".join(_box(order[state], state) for state in TRANSITIONS)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Vòng đời của nhiệm vụ">
<title>Vòng đời của nhiệm vụ – the life of a task</title>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
<path d="M0 0 8 4 0 8z" fill="#475467"/></marker></defs>
<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>
<g font-family="'Be Vietnam Pro', system-ui, sans-serif" text-anchor="middle">
{arrows}
{boxes}
</g>
</svg>
"""


def _middle(place: int) -> float:
    return 20 + BOX[0] / 2 + place * STEP


def _box(place: int, state: State) -> str:
    left, finished = _middle(place) - BOX[0] / 2, state is State.COMPLETED
    fill, ink = ("#12355B", "#fff") if finished else ("#EEF2F7", "#101828")
    return (
        f'<rect x="{left:g}" y="{TOP}" width="{BOX[0]}" height="{BOX[1]}" rx="6" fill="{fill}" stroke="#101828"/>'
        f'<text x="{_middle(place):g}" y="{TOP + 22}" font-size="14" font-weight="600" fill="{ink}">{escape(STATE_WORDS[state])}</text>'
        f'<text x="{_middle(place):g}" y="{TOP + 40}" font-size="10" fill="{ink}">{state.value}</text>'
    )


def _arrow(source: int, target: int, words: str) -> str:
    start, end = _middle(source), _middle(target)
    # Arrows of one box leave side by side: the nearer their goal, the nearer to it they stand.
    out = 46 - 18 * abs(target - source)
    if source == target:
        y, side, label_y = TOP + BOX[1], 1, TOP + BOX[1] + 68
        path = f"M{start - 30:g} {y} C{start - 60:g} {y + 70}, {start + 60:g} {y + 70}, {start + 30:g} {y}"
    else:
        side = -1 if target > source else 1
        y = TOP if side < 0 else TOP + BOX[1]
        reach = side * (60 if abs(target - source) == 1 else 80 * abs(target - source))
        path = (
            f"M{start - side * out:g} {y} C{start - side * out:g} {y + reach}, {end + side * out:g} {y + reach}, {end + side * out:g} {y}"
        )
        label_y = y + reach * 3 // 4 + (-6 if side < 0 else 16)
    # The white border keeps words readable where another arrow passes behind them.
    halo = 'stroke="#fff" stroke-width="4" paint-order="stroke"'
    return (
        f'<path d="{path}" fill="none" stroke="#475467" stroke-width="1.5" marker-end="url(#head)"/>'
        f'<text x="{(start + end) / 2:g}" y="{label_y:g}" font-size="12" fill="#344054" {halo}>{escape(words)}</text>'
    )


def main() -> None:
    PICTURE.write_text(picture(), encoding="utf-8")
    print(f"{PICTURE.name}: {len(TRANSITIONS)} states, {sum(map(len, TRANSITIONS.values()))} steps")


if __name__ == "__main__":
    main()
