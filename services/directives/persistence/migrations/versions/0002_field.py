"""An instruction knows its field (lĩnh vực)."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE instruction ADD COLUMN field text")
