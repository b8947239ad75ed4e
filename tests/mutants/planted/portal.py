"""What the screens say, and what they let happen."""

from tests.mutants.fault import Fault

FORMATS, VIEW, AXIS, CSRF = "portal/formats.py", "portal/task_view.py", "portal/axis.py", "portal/csrf.py"

FAULTS = (
    Fault("85.95", FORMATS, 'str(value).replace(".", ",")', "str(value)", "tests/portal/test_formats.py"),
    Fault(
        "a form of another site",
        CSRF,
        '    if not is_from_our_page(headers):\n        raise ForeignForm("another site")\n',
        "",
        "tests/portal/test_safety.py",
    ),
    Fault(
        "a form of another person",
        CSRF,
        '    if whose.person_id != session.person_id:\n        raise ForeignForm("another person")\n',
        "",
        "tests/portal/test_safety.py",
    ),
    Fault(
        "a form of last year",
        CSRF,
        '    if time.time() - int.from_bytes(plain[32:]) > LIFE_SECONDS:\n        raise ForeignForm("too old")\n',
        "",
        "tests/portal/test_safety.py",
    ),
    Fault(
        "answers may be kept",
        "portal/middleware.py",
        '                headers.setdefault("Cache-Control", "no-store")\n',
        "",
        "tests/portal/test_safety.py",
    ),
    Fault("the page may be framed", "portal/middleware.py", "        \"frame-ancestors 'none'\",\n", "", "tests/portal/test_safety.py"),
    Fault(
        "a body without an end",
        "portal/middleware.py",
        "            if had > limit:\n                raise TooLarge\n",
        "",
        "tests/portal/test_safety.py",
    ),
    Fault(
        "an idle session lives on",
        "portal/session.py",
        'ALIVE = f"seen_at > now() - {IDLE} AND began_at',
        'ALIVE = f"began_at',
        "tests/portal/test_sign_in.py",
    ),
    Fault("a session lives for ever", "portal/session.py", ' AND began_at > now() - {ABSOLUTE}"', '"', "tests/portal/test_sign_in.py"),
    Fault(
        "tokens lie open in the row",
        "portal/session.py",
        "        return nonce + self._cipher.encrypt(nonce, plain, about)",
        "        return nonce + plain",
        "tests/portal/test_sign_in.py",
    ),
    Fault(
        "a pair of requests redeems one token twice",
        "portal/session.py",
        "WHERE id = :id AND tokens = :seen AND (refreshing_until IS NULL OR refreshing_until < now())",
        "WHERE id = :id AND tokens = :seen",
        "tests/portal/test_renewing_tokens.py",
    ),
    Fault(
        "the day at the edge is not shown",
        AXIS,
        "return abs((day - self.today).days) <= SPAN",
        "return abs((day - self.today).days) < SPAN",
        "tests/portal/test_axis.py",
    ),
    Fault(
        "an earlier due date stands to the right",
        AXIS,
        "MIDDLE + (day - self.today).days / SPAN * MIDDLE",
        "MIDDLE - (day - self.today).days / SPAN * MIDDLE",
        "tests/portal/test_axis.py",
    ),
    Fault(
        "what passed and waits is drawn as overdue",
        AXIS,
        "        coloured = min(count, left)\n",
        "        coloured = count\n",
        "tests/portal/test_axis.py",
    ),
)
