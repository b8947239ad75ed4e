"""What an agency coordinates has the orders of a list; open parts, own parts and what is settled are read from an index alone.

A list of coordinated tasks is walked over the assignments, so these carry what it is ordered by. An older program would write
assignments without it, and its tasks would be in no such list: therefore this does more than add.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# As in `queries/listing.py`: no due date comes last.
BY_DUE = "(task_due IS NULL), task_due, task_number"
COORDINATED = "role = 'COORDINATING' AND valid_to IS NULL"
INDEXES = (
    f"assignment_coordinated_by_due ON assignment (agency_id, task_is_group, {BY_DUE}) WHERE {COORDINATED}",
    f"assignment_open_coordinated_by_due ON assignment (agency_id, task_is_group, {BY_DUE}) WHERE {COORDINATED} AND task_is_open",
    f"assignment_coordinated_by_assigned_on ON assignment (agency_id, task_is_group, task_assigned_on, task_number) WHERE {COORDINATED}",
    "task_group_by_assigned_on ON task (assigned_on, number) WHERE is_group",
    "task_own_part ON task (lead_agency_id, group_id) WHERE group_id IS NOT NULL",
    # Which groups are open or overdue follows from these few columns of their open parts.
    "task_open_part_standing ON task (group_id, due) INCLUDE (state, submitted_on) WHERE state <> 'COMPLETED' AND group_id IS NOT NULL",
    # What is counted is counted without its row. Where something completed stands depends on no day.
    "task_open_standing ON task (lead_agency_id, due) INCLUDE (state, submitted_on, assigned_on, group_id) "
    "WHERE state <> 'COMPLETED' AND NOT is_group",
    "task_settled ON task (lead_agency_id, due, completed_on) INCLUDE (assigned_on, group_id) WHERE state = 'COMPLETED' AND NOT is_group",
    "task_settled_whole ON task (lead_agency_id, due, completed_on) INCLUDE (assigned_on) "
    "WHERE state = 'COMPLETED' AND NOT is_group AND group_id IS NULL",
    # Nine in ten tasks are parts of groups, and have the words of their group.
    "task_whole_words ON task USING gin (words) WITH (fastupdate = off) WHERE group_id IS NULL",
    "result_of_file ON result (file_id) WHERE file_id IS NOT NULL",
)


def upgrade() -> None:
    op.execute(
        """
        ALTER TABLE assignment ADD task_number bigint, ADD task_due date, ADD task_assigned_on date,
          ADD task_is_group boolean, ADD task_is_open boolean
        """
    )
    op.execute(
        f"""
        UPDATE assignment a SET task_number = t.number, task_due = t.due, task_assigned_on = t.assigned_on,
          task_is_group = t.is_group, task_is_open = t.state <> 'COMPLETED'
        FROM task t WHERE t.id = a.task_id AND {COORDINATED}
        """
    )
    op.execute("DROP INDEX task_open_part")
    for index in INDEXES:
        op.execute(f"CREATE INDEX {index}")
    op.execute(
        f"ALTER TABLE assignment ADD CONSTRAINT assignment_coordinated_has_its_place CHECK (NOT ({COORDINATED}) OR task_number IS NOT NULL)"
    )
