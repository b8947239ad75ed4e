"""An agency reports in place of a lead that has no account: a third part in a task, with lists like those of coordination.

An older program does not know the role, and could not read such a task: therefore this does more than add.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

REPORTED = "role = 'REPORTING' AND valid_to IS NULL"


def upgrade() -> None:
    op.execute("ALTER TABLE assignment DROP CONSTRAINT assignment_role_check")
    op.execute("ALTER TABLE assignment ADD CONSTRAINT assignment_role_check CHECK (role IN ('LEAD', 'COORDINATING', 'REPORTING'))")
    op.execute(
        f"ALTER TABLE assignment ADD CONSTRAINT assignment_reported_has_its_place CHECK (NOT ({REPORTED}) OR task_number IS NOT NULL)"
    )
    op.execute(f"CREATE UNIQUE INDEX assignment_one_reporting ON assignment (task_id) WHERE {REPORTED}")
    # As in `queries/listing.py`: no due date comes last.
    op.execute(
        f"CREATE INDEX assignment_reported_by_due ON assignment (agency_id, (task_due IS NULL), task_due, task_number) WHERE {REPORTED}"
    )
