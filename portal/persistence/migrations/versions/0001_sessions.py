"""Sessions of people who are signed in."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE session (
          id uuid PRIMARY KEY,
          cookie_hash bytea NOT NULL UNIQUE,
          person_id uuid NOT NULL,
          person_name text NOT NULL,
          memberships jsonb NOT NULL,
          membership_id uuid,
          tokens bytea NOT NULL,
          form_secret bytea NOT NULL,
          began_at timestamptz NOT NULL DEFAULT now(),
          seen_at timestamptz NOT NULL DEFAULT now()
        )
        """
    )
    op.execute("CREATE INDEX session_person ON session (person_id)")
    op.execute("CREATE INDEX session_seen ON session (seen_at)")
