"""Who reports in place of a lead that has no account."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE instruction ADD COLUMN reporting_agency_id uuid")
    op.execute("CREATE INDEX instruction_reporting ON instruction (reporting_agency_id) WHERE reporting_agency_id IS NOT NULL")
