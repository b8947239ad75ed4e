"""The code of an officer stays as it is, and what of the sign-in server is behind."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute(
        """
        CREATE FUNCTION keep_officer_code() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the code of an officer never changes' USING ERRCODE = 'integrity_constraint_violation'; END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER keep_officer_code BEFORE UPDATE OF officer_code ON person FOR EACH ROW
        WHEN (OLD.officer_code IS NOT NULL AND NEW.officer_code IS DISTINCT FROM OLD.officer_code)
        EXECUTE FUNCTION keep_officer_code()
        """
    )
    # As the demonstration makes them for those who are entered from now on.
    op.execute("UPDATE person SET officer_code = 'DEMO-' || upper(left(CAST(id AS text), 8)) WHERE is_demo AND officer_code IS NULL")
    op.execute(
        """
        CREATE TABLE account_behind (
          kind text NOT NULL CHECK (kind IN ('agency', 'person')), subject_id uuid NOT NULL,
          asked_at timestamptz NOT NULL DEFAULT clock_timestamp(), attempts int NOT NULL DEFAULT 0,
          try_at timestamptz NOT NULL DEFAULT now(), error text,
          PRIMARY KEY (kind, subject_id))
        """
    )
    op.execute("CREATE INDEX account_behind_due ON account_behind (try_at)")
    op.execute("CREATE INDEX account_behind_oldest ON account_behind (asked_at)")
    op.execute(
        """
        CREATE TABLE account_heard (
          is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
          epoch int NOT NULL, tx_id numeric NOT NULL, seq bigint NOT NULL, day date NOT NULL)
        """
    )
    op.execute("CREATE INDEX membership_begins ON membership (valid_from)")
    op.execute("CREATE INDEX membership_ends ON membership (valid_to)")
