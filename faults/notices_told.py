"""Which notices each event must have made, restated for the checker: whoever changes the rule changes it twice."""

# Kind of event → (kind of notice, whether the lead agency hears of it, whether the Office does).
TOLD = {
    "task-assigned": ("released", True, False),
    "result-submitted": ("submitted", False, True),
    "result-confirmed": ("confirmed", True, False),
    "result-returned": ("returned", True, False),
    "overdue-told": ("overdue", True, True),
}
