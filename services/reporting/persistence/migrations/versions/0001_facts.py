"""What is known of tasks and directives, fact by fact, and the newest state of each task."""

from alembic import op

from libs.common.messaging.tables import APPEND_ONLY_FUNCTION, append_only, messaging_statements
from libs.directory_replica.tables import REPLICA_STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# What a bucket follows from (rulebook 1.5). `known_on` is the day in Viet Nam on which the fact happened.
STANDING = """
  source text NOT NULL, id uuid NOT NULL, version int NOT NULL,
  known_on date NOT NULL,
  is_group boolean NOT NULL, parent_id uuid, lead_agency_id uuid,
  state text NOT NULL, assigned_on date NOT NULL, due date, submitted_on date, completed_on date
"""


def upgrade() -> None:
    for statement in (*messaging_statements(publishes=None, consumes=True), *REPLICA_STATEMENTS):
        op.execute(statement)
    op.execute(APPEND_ONLY_FUNCTION)
    op.execute(
        f"CREATE TABLE task_fact ({STANDING}, occurred_at timestamptz NOT NULL, type text NOT NULL, PRIMARY KEY (source, id, version))"
    )
    op.execute(append_only("task_fact"))
    op.execute(
        f"""
        CREATE TABLE task_now ({STANDING},
          code text NOT NULL, directive_id uuid NOT NULL, directive_label text NOT NULL, content text NOT NULL,
          coordinating_agency_ids uuid[] NOT NULL,
          PRIMARY KEY (id))
        """
    )
    op.execute("CREATE INDEX task_now_parent ON task_now (parent_id) WHERE parent_id IS NOT NULL")
    op.execute(
        """
        CREATE TABLE directive_fact (
          source text NOT NULL, id uuid NOT NULL, version int NOT NULL,
          known_on date NOT NULL, occurred_at timestamptz NOT NULL, instruction_ids uuid[] NOT NULL,
          PRIMARY KEY (source, id, version))
        """
    )
    op.execute(append_only("directive_fact"))
