"""What is decided and held, who may confirm, what is typed and kept, and how much an event can carry."""

from tests.mutants.fault import Fault

ACT, STORE, SCHEDULER = "libs/common/held/act.py", "libs/common/held/store.py", "libs/common/held/scheduler.py"
HELD, HANDS = "tests/tasks/test_held_decisions.py", "tests/tasks/test_other_hands.py"
DRAFTS, TYPED = "portal/drafts.py", "tests/portal/test_drafts.py"
ONE_DOCUMENT = "tests/directives/test_one_document_once.py"

FAULTS = (
    Fault(
        "a held act takes effect upon another version",
        ACT,
        "        if aggregate.version != self.aggregate_version:\n            raise StaleVersion(present_version=aggregate.version)\n",
        "",
        HELD,
    ),
    Fault("anybody recalls it", ACT, "        if actor.person_id != self.person_id:\n", "        if actor.person_id is None:\n", HELD),
    Fault("every office sees the mark", STORE, "= ANY(:aggregate_ids) AND agency_id = :agency_id", "= ANY(:aggregate_ids)", HELD),
    Fault("who takes it waits for another who is at it", STORE, "FOR UPDATE SKIP LOCKED", "FOR UPDATE", HELD),
    Fault("a second decision beside a held one", STORE, "        if act.void_because is None:\n            raise ActIsHeld\n", "", HELD),
    Fault(
        "what is void is tried for ever", STORE, "WHERE void_because IS NULL AND next_try_at <= now()", "WHERE next_try_at <= now()", HELD
    ),
    Fault(
        "recalled without a trace",
        STORE,
        '        await self.trace(act, "recalled", by=by, request_id=request_id, because=act.void_because)\n',
        "",
        HELD,
    ),
    Fault("it takes effect before its time", STORE, "AND next_try_at <= now() ORDER BY", "ORDER BY", HELD),
    Fault("a right that ended still counts", SCHEDULER, "        if actor is None:\n            raise RightEnded\n", "", HELD),
    Fault(
        "a refusal stops those behind it",
        SCHEDULER,
        "            await self._make_void(act, refused)\n            return 0\n",
        "            raise\n",
        HELD,
    ),
    Fault(
        "it happened when it took effect",
        "services/tasks/use_cases/take_effect.py",
        "confirm(task, act.as_command(ConfirmResult), by=act.membership_id, at=act.acted_at)",
        "confirm(task, act.as_command(ConfirmResult), by=act.membership_id, at=__import__('datetime').datetime.now(act.acted_at.tzinfo))",
        HELD,
    ),
    Fault("the same hand confirms", "services/tasks/domain/permissions.py", "        return OwnResult\n", "        return None\n", HANDS),
    Fault(
        "a tracker confirms what the house reports",
        "services/tasks/domain/permissions.py",
        "        return OfficeLeaderConfirms\n",
        "        return None\n",
        HANDS,
    ),
    Fault(
        "who entered the file is not looked at",
        "services/tasks/persistence/origins.py",
        "IN (r.submitted_by, f.uploaded_by)",
        "IN (r.submitted_by)",
        HANDS,
    ),
    Fault(
        "a document twice",
        "services/directives/domain/draft.py",
        "        if not self.number:\n            return None\n",
        "        if self.number:\n            return None\n",
        ONE_DOCUMENT,
    ),
    Fault(
        "a draft of another membership",
        DRAFTS,
        "WHERE person_id = :person AND membership_id = :membership AND form = :form AND sealed",
        "WHERE person_id = :person AND CAST(:membership AS uuid) IS NOT NULL AND form = :form AND sealed",
        TYPED,
    ),
    Fault(
        "a draft lies open",
        DRAFTS,
        "        sealed = self._box.seal(json.dumps(typed).encode(), _about(whose, form))\n",
        "        sealed = json.dumps(typed).encode()\n",
        TYPED,
    ),
    Fault(
        "a draft stays when its form was received",
        DRAFTS,
        "DO UPDATE SET sealed = NULL, finished = excluded.finished, kept_at = now()",
        "DO UPDATE SET finished = excluded.finished, kept_at = now()",
        TYPED,
    ),
    Fault(
        "what was on its way is kept again",
        DRAFTS,
        "WHERE draft.finished IS DISTINCT FROM :key",
        "WHERE CAST(:key AS text) IS NOT NULL",
        TYPED,
    ),
    Fault("a draft for ever", DRAFTS, "AND sealed IS NOT NULL AND kept_at > now() - interval '14 days'", "AND sealed IS NOT NULL", TYPED),
    Fault(
        "a draft outlives its membership",
        DRAFTS,
        "WHERE person_id = :person AND membership_id <> ALL (CAST(:living AS uuid[]))",
        "WHERE person_id = :person AND membership_id <> ALL (CAST(:living AS uuid[])) AND false",
        TYPED,
    ),
    Fault(
        "an event that outgrows the bus",
        "libs/contracts/bounds.py",
        "CONTENT = Bound(10_000, 12_000)",
        "CONTENT = Bound(10_000, 30_000)",
        "tests/contracts/test_largest_events.py",
    ),
    Fault("control characters enter", "libs/common/plain_text.py", '_NEVER.sub("", plain))', "plain)", "tests/unit/test_plain_text.py"),
)
