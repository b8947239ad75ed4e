"""Codes of the State, old and new, and under whom an agency stood before (rulebook 1.11, 4.1)."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE agency_code (
          agency_id uuid NOT NULL REFERENCES agency (id), kind text NOT NULL, code text NOT NULL, folded text NOT NULL,
          PRIMARY KEY (agency_id, kind, code))
        """
    )
    op.execute("CREATE INDEX agency_code_folded ON agency_code (folded)")
    op.execute(
        """
        CREATE TABLE agency_former_parent (
          agency_id uuid NOT NULL REFERENCES agency (id) DEFERRABLE INITIALLY DEFERRED,
          valid_to date NOT NULL,
          parent_id uuid NOT NULL REFERENCES agency (id) DEFERRABLE INITIALLY DEFERRED,
          PRIMARY KEY (agency_id, valid_to))
        """
    )
    op.execute("CREATE INDEX agency_successor_successor ON agency_successor (successor_id)")
