"""The parent of a group knows what its issuer calls it, and how many of the group were left out."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE task ADD COLUMN group_name text, ADD COLUMN left_out int NOT NULL DEFAULT 0")
