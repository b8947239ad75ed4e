"""Who took over from agencies that have ended, so that their open tasks are passed on (rulebook 1.11, 1.15)."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    # An agency ends once. `heir_id` is the only one that took over, were it through others that have ended since; null where several
    # did, or none. `passed_on` counts the tasks in which it had a part until they were passed on.
    op.execute(
        """
        CREATE TABLE succession (
          ended_agency_id uuid PRIMARY KEY, successor_ids uuid[] NOT NULL, heir_id uuid, effective_on date NOT NULL,
          legal_basis text NOT NULL, reorganisation_id uuid NOT NULL, passed_on int NOT NULL DEFAULT 0,
          CHECK ((heir_id IS NULL) = (cardinality(successor_ids) <> 1)))
        """
    )
    op.execute("CREATE INDEX succession_heir ON succession (heir_id)")
    op.execute("CREATE INDEX succession_reorganisation ON succession (reorganisation_id)")
