"""An instruction may be given to agencies named one by one under a name, or to a group without some of it."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE instruction ADD COLUMN composed_group jsonb")
    op.execute("ALTER TABLE instruction ADD COLUMN left_out_agency_ids uuid[] NOT NULL DEFAULT '{}'")
