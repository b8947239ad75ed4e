"""Tasks, their reports and their files."""

from alembic import op

from libs.common.messaging.tables import append_only, messaging_statements
from libs.directory_replica.tables import REPLICA_STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (*messaging_statements(publishes="tasks", consumes=True), *REPLICA_STATEMENTS):
        op.execute(statement)
    op.execute("CREATE SEQUENCE task_number START 1001")
    op.execute(
        """
        CREATE TABLE task (
          id uuid PRIMARY KEY, version int NOT NULL, number bigint NOT NULL UNIQUE,
          directive_id uuid NOT NULL, directive jsonb NOT NULL,
          parent_id uuid REFERENCES task (id), is_group boolean NOT NULL, ordinal int NOT NULL,
          content text NOT NULL, deliverable text, deadline_class text NOT NULL, deadline_wording text,
          original_due date, due date, assigned_on date NOT NULL, assigned_at timestamptz NOT NULL,
          lead_agency_id uuid, coordinating_agency_ids uuid[] NOT NULL, flags text[] NOT NULL,
          state text NOT NULL, percent int NOT NULL CHECK (percent BETWEEN 0 AND 100),
          last_reported_at timestamptz, last_report_version int,
          submitted_at timestamptz, submitted_on date, completed_on date, return_count int NOT NULL, overdue_told_for date,
          search text NOT NULL,
          CHECK (is_group = (lead_agency_id IS NULL)),
          CHECK ((state = 'COMPLETED') = (completed_on IS NOT NULL)))
        """
    )
    op.execute("CREATE INDEX task_lead ON task (lead_agency_id, due, number)")
    op.execute("CREATE INDEX task_coordinating ON task USING gin (coordinating_agency_ids)")
    op.execute("CREATE INDEX task_parent ON task (parent_id) WHERE parent_id IS NOT NULL")
    op.execute("CREATE INDEX task_directive ON task (directive_id)")
    op.execute("CREATE INDEX task_top ON task (coalesce(due, DATE '9999-12-31'), number) WHERE parent_id IS NULL")
    op.execute("CREATE INDEX task_to_tell ON task (due) WHERE state <> 'COMPLETED' AND overdue_told_for IS NULL AND NOT is_group")
    op.execute("CREATE INDEX task_awaiting ON task (submitted_at) WHERE state = 'AWAITING_CONFIRMATION'")
    op.execute(
        """
        CREATE TABLE progress_report (
          task_id uuid NOT NULL REFERENCES task (id), version int NOT NULL,
          percent int NOT NULL, content text NOT NULL, difficulty text, proposal text,
          reported_by uuid NOT NULL, reported_at timestamptz NOT NULL,
          PRIMARY KEY (task_id, version))
        """
    )
    op.execute(append_only("progress_report"))
    op.execute(
        """
        CREATE TABLE file (
          id uuid PRIMARY KEY, task_id uuid NOT NULL REFERENCES task (id), agency_id uuid NOT NULL,
          sha256 text NOT NULL, name text NOT NULL, media_type text NOT NULL, size bigint NOT NULL,
          uploaded_by uuid NOT NULL, uploaded_at timestamptz NOT NULL)
        """
    )
    op.execute("CREATE INDEX file_bytes ON file (sha256)")
    op.execute(append_only("file"))
    op.execute(
        """
        CREATE TABLE result (
          task_id uuid NOT NULL REFERENCES task (id), number int NOT NULL,
          report_number text NOT NULL, report_date date NOT NULL, summary text NOT NULL, file_id uuid REFERENCES file (id),
          submitted_by uuid NOT NULL, submitted_at timestamptz NOT NULL,
          decision text NOT NULL CHECK (decision IN ('WAITING', 'CONFIRMED', 'RETURNED')),
          decided_by uuid, decided_at timestamptz, return_reason text, quality text, comment text,
          PRIMARY KEY (task_id, number))
        """
    )
