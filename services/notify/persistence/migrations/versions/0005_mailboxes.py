"""The mailbox of an agency that has ended is read by whoever alone took over from it (rulebook 1.11)."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    # An agency ends once. Of whom several took over from, or nobody, the mailbox is closed to all, and has no row.
    op.execute(
        """
        CREATE TABLE succession (
          ended_agency_id uuid PRIMARY KEY, heir_id uuid NOT NULL, known_at timestamptz NOT NULL DEFAULT now())
        """
    )
    op.execute("CREATE INDEX succession_heir ON succession (heir_id)")
