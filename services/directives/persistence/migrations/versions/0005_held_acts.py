"""What was decided and waits for its effect, and what was taken back of it."""

from alembic import op

from libs.common.held.tables import HELD_ACT_STATEMENTS

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    for statement in HELD_ACT_STATEMENTS:
        op.execute(statement)
