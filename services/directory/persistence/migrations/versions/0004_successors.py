"""Which agencies took over from one that has ended (rulebook 1.11)."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE agency_successor (
          agency_id uuid NOT NULL REFERENCES agency (id) DEFERRABLE INITIALLY DEFERRED,
          successor_id uuid NOT NULL REFERENCES agency (id) DEFERRABLE INITIALLY DEFERRED,
          PRIMARY KEY (agency_id, successor_id))
        """
    )
