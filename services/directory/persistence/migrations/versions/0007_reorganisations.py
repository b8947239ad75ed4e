"""Reorganisations of agencies: planned for a day to come, withdrawn, or in effect (rulebook 1.11)."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE reorganisation (
          id uuid PRIMARY KEY, version int NOT NULL, kind text NOT NULL, standing text NOT NULL,
          from_agency_ids uuid[] NOT NULL, to_agency_ids uuid[] NOT NULL, effective_on date NOT NULL, legal_basis text NOT NULL,
          planned_by text NOT NULL, planned_at timestamptz NOT NULL, withdrawn_because text,
          CHECK ((standing = 'WITHDRAWN') = (withdrawn_because IS NOT NULL)))
        """
    )
    op.execute("CREATE INDEX reorganisation_order ON reorganisation (effective_on, id)")
    # There are never many, and every plan is compared with them.
    op.execute("CREATE INDEX reorganisation_planned ON reorganisation (effective_on, id) WHERE standing = 'PLANNED'")
    # The agencies that begin with one. `folded` are their two names as they are compared, `folded_identifier` their code.
    op.execute(
        """
        CREATE TABLE planned_agency (
          reorganisation_id uuid NOT NULL REFERENCES reorganisation (id), number int NOT NULL, key text NOT NULL,
          name text NOT NULL, short_name text NOT NULL, kind text NOT NULL, scope text NOT NULL, parent_id uuid REFERENCES agency (id),
          identifier text, folded text[] NOT NULL, folded_identifier text,
          PRIMARY KEY (reorganisation_id, number))
        """
    )
    # Whoever stands under an agency that ends goes on under another.
    op.execute("CREATE INDEX agency_parent ON agency (parent_id)")
