"""Directives and their instructions."""

from alembic import op

from libs.common.messaging.tables import messaging_statements
from libs.directory_replica.tables import REPLICA_STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (*messaging_statements(publishes="directives", consumes=True), *REPLICA_STATEMENTS):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE directive (
          id uuid PRIMARY KEY, version int NOT NULL,
          state text NOT NULL CHECK (state IN ('DRAFT', 'AWAITING_RELEASE', 'RELEASED')),
          secrecy text NOT NULL CHECK (secrecy = 'NORMAL'),
          kind text NOT NULL, number text, notation text, issue_date date NOT NULL, urgency text NOT NULL,
          subject text NOT NULL, signer text, search text NOT NULL,
          issuing_agency_id uuid NOT NULL, created_by uuid NOT NULL, created_at timestamptz NOT NULL, released_at timestamptz)
        """
    )
    op.execute("CREATE INDEX directive_newest ON directive (created_at DESC, id)")
    op.execute(
        """
        CREATE TABLE instruction (
          id uuid PRIMARY KEY, version int NOT NULL,
          directive_id uuid NOT NULL REFERENCES directive (id), ordinal int NOT NULL,
          content text NOT NULL, deliverable text, deadline_class text NOT NULL CHECK (deadline_class IN ('DATED', 'NONE')),
          deadline_wording text, due date, no_deadline_reason text, lead_group text,
          lead_agency_ids uuid[] NOT NULL, assignments jsonb NOT NULL,
          coordinating_agency_ids uuid[] NOT NULL,
          CHECK ((deadline_class = 'DATED') = (due IS NOT NULL)),
          UNIQUE (directive_id, ordinal))
        """
    )
    op.execute("CREATE INDEX instruction_lead ON instruction USING gin (lead_agency_ids)")
    op.execute("CREATE INDEX instruction_coordinating ON instruction USING gin (coordinating_agency_ids)")
