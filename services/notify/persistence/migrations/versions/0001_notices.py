"""Notices, and who has read them."""

from alembic import op

from libs.common.messaging.tables import APPEND_ONLY_FUNCTION, append_only, messaging_statements
from libs.directory_replica.tables import REPLICA_STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (*messaging_statements(publishes=None, consumes=True), *REPLICA_STATEMENTS, APPEND_ONLY_FUNCTION):
        op.execute(statement)
    # What happened at one version of a task is told to an audience once, whatever is delivered how often.
    op.execute(
        """
        CREATE TABLE notice (
          id uuid PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
          source text NOT NULL, aggregate_id uuid NOT NULL, version int NOT NULL,
          agency_id uuid, roles text[] NOT NULL,
          kind text NOT NULL, task_id uuid NOT NULL, task_code text NOT NULL, directive_label text NOT NULL, content text NOT NULL,
          detail jsonb NOT NULL, created_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL DEFAULT now(),
          UNIQUE NULLS NOT DISTINCT (source, aggregate_id, version, agency_id))
        """
    )
    op.execute("CREATE INDEX notice_audience ON notice (agency_id, created_at DESC, number DESC)")
    op.execute(append_only("notice"))
    op.execute(
        """
        CREATE TABLE notice_read (
          person_id uuid NOT NULL, notice_id uuid NOT NULL REFERENCES notice (id), read_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (person_id, notice_id))
        """
    )
