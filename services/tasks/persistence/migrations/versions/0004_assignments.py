"""Assignments as rows, what was told as a thing of its own, words to search for, and an index for every order of a list.

Only adds for whoever still reads the columns of before: `parent_id`, `coordinating_agency_ids`, `overdue_told_for` and `search` stay.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# No due date comes last: the same three keys, in the same order, as in `queries/listing.py`.
BY_DUE = "(due IS NULL), due, number"
INDEXES = (
    f"task_by_due ON task ({BY_DUE}) WHERE NOT is_group",
    f"task_whole_by_due ON task ({BY_DUE}) WHERE group_id IS NULL",
    f"task_group_by_due ON task ({BY_DUE}) WHERE is_group",
    f"task_open_by_due ON task ({BY_DUE}) WHERE state <> 'COMPLETED' AND NOT is_group",
    f"task_awaiting_by_due ON task ({BY_DUE}) WHERE state = 'AWAITING_CONFIRMATION'",
    f"task_of_lead_by_due ON task (lead_agency_id, {BY_DUE})",
    f"task_open_of_lead_by_due ON task (lead_agency_id, {BY_DUE}) WHERE state <> 'COMPLETED'",
    f"task_late_by_due ON task ({BY_DUE}) WHERE state = 'COMPLETED' AND completed_on > due",
    f"task_part_by_due ON task (group_id, {BY_DUE}) WHERE group_id IS NOT NULL",
    f"task_of_directive_by_due ON task (directive_id, {BY_DUE})",
    f"task_of_field_by_due ON task (field, {BY_DUE}) WHERE field IS NOT NULL",
    "task_by_assigned_on ON task (assigned_on, number)",
    "task_of_lead_by_assigned_on ON task (lead_agency_id, assigned_on, number)",
    "task_open_part ON task (group_id) WHERE state <> 'COMPLETED' AND group_id IS NOT NULL",
)


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE assignment (
          task_id uuid NOT NULL REFERENCES task (id), number int NOT NULL,
          agency_id uuid NOT NULL, role text NOT NULL CHECK (role IN ('LEAD', 'COORDINATING')),
          due date, valid_from date NOT NULL, valid_to date, ended_because text,
          PRIMARY KEY (task_id, number),
          CHECK ((valid_to IS NULL) = (ended_because IS NULL)))
        """
    )
    op.execute(
        """
        INSERT INTO assignment (task_id, number, agency_id, role, due, valid_from)
        SELECT id, 1, lead_agency_id, 'LEAD', due, assigned_on FROM task WHERE lead_agency_id IS NOT NULL
        UNION ALL
        SELECT id, (CASE WHEN lead_agency_id IS NULL THEN 0 ELSE 1 END + place)::int, agency, 'COORDINATING', NULL, assigned_on
        FROM task CROSS JOIN LATERAL unnest(coordinating_agency_ids) WITH ORDINALITY AS one (agency, place)
        """
    )
    op.execute("CREATE UNIQUE INDEX assignment_one_lead ON assignment (task_id) WHERE role = 'LEAD' AND valid_to IS NULL")
    op.execute("CREATE INDEX assignment_coordinating ON assignment (agency_id, task_id) WHERE role = 'COORDINATING' AND valid_to IS NULL")

    op.execute(
        """
        CREATE TABLE overdue_told (
          task_id uuid NOT NULL REFERENCES task (id), due date NOT NULL, told_at timestamptz NOT NULL,
          PRIMARY KEY (task_id, due))
        """
    )
    op.execute("INSERT INTO overdue_told SELECT id, overdue_told_for, now() FROM task WHERE overdue_told_for IS NOT NULL")
    op.execute(
        """
        CREATE TABLE overdue_put_aside (
          task_id uuid NOT NULL REFERENCES task (id), due date NOT NULL,
          reason text NOT NULL, tries int NOT NULL, next_try_at timestamptz NOT NULL,
          PRIMARY KEY (task_id, due))
        """
    )

    op.execute("ALTER TABLE task ADD group_id uuid REFERENCES task (id), ADD field text, ADD words tsvector NOT NULL DEFAULT ''")
    op.execute(
        """
        UPDATE task SET group_id = parent_id,
          words = array_to_tsvector(array_remove(regexp_split_to_array(search, '[^[:alnum:]]+'), ''))
        """
    )
    op.execute("ALTER TABLE task ALTER coordinating_agency_ids SET DEFAULT '{}', ALTER search SET DEFAULT ''")
    for index in ("task_lead", "task_coordinating", "task_parent", "task_directive", "task_top", "task_to_tell", "task_awaiting"):
        op.execute(f"DROP INDEX {index}")
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute("CREATE INDEX task_words ON task USING gin (words) WITH (fastupdate = off)")
