"""Who renews the tokens of a session does so outside any transaction, and until when nobody else may."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD COLUMN refreshing_until timestamptz")
