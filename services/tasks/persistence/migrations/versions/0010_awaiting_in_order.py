"""Results that await a decision lie in the order in which they were submitted."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("CREATE INDEX task_awaiting_by_submission ON task (submitted_at, number) WHERE state = 'AWAITING_CONFIRMATION'")
