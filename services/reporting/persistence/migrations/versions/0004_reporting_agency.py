"""Who reports in place of a lead without an account, so that what it reports counts for the province and for no agency."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE task_fact ADD COLUMN reporting_agency_id uuid")
    op.execute("ALTER TABLE task_now ADD COLUMN reporting_agency_id uuid")
