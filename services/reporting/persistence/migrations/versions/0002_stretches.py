"""Where each task stood, in stretches of days; sheets that close a month; what they are derived by. Adds only.

What is there already is derived by the service itself, in batches; until then figures are counted from the facts as before.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Where a stretch counts, and the rest of what numbers are made of: every question is answered from an index alone, for the rows of one
# day or of one agency lie all over the table. Another dimension is another column, here too, and another margin of the sheets.
PLACE = "bucket, due, task_id, in_province, is_group, lead_agency_id"
DIMENSIONS = "field, assigned_on"


def upgrade() -> None:
    op.execute("ALTER TABLE task_fact ADD COLUMN field text")
    # `counts_from`: the first day on which the task counts at all, told without any bucket, so that N can be checked.
    # Null until it was derived.
    op.execute("ALTER TABLE task_now ADD COLUMN field text, ADD COLUMN counts_from date")
    op.execute("CREATE INDEX task_now_counts_from ON task_now (counts_from) INCLUDE (parent_id, is_group)")
    op.execute("CREATE INDEX task_now_unit ON task_now ((coalesce(parent_id, id)), id)")
    op.execute("CREATE INDEX task_now_lead ON task_now (lead_agency_id) INCLUDE (id, parent_id, counts_from)")
    op.execute("CREATE INDEX task_now_coordinating ON task_now USING gin (coordinating_agency_ids) WITH (fastupdate = off)")
    op.execute(
        """
        CREATE TABLE stretch (
          task_id uuid NOT NULL, from_day date NOT NULL, until_day date CHECK (until_day > from_day),
          bucket text NOT NULL, in_province boolean NOT NULL, is_group boolean NOT NULL, lead_agency_id uuid, field text,
          assigned_on date NOT NULL, due date, completed_on date,
          days daterange NOT NULL GENERATED ALWAYS AS (daterange(from_day, until_day)) STORED,
          PRIMARY KEY (task_id, from_day))
        """
    )
    op.execute(f"CREATE INDEX stretch_begun ON stretch (from_day) INCLUDE (until_day, {PLACE}, {DIMENSIONS})")
    op.execute(f"CREATE INDEX stretch_ended ON stretch (until_day) INCLUDE (from_day, {PLACE}, {DIMENSIONS}) WHERE until_day IS NOT NULL")
    op.execute(
        f"CREATE INDEX stretch_open ON stretch USING gist (days) INCLUDE (from_day, {PLACE}) "
        "WHERE bucket IN ('open_in_time', 'open_overdue', 'open_undated')"
    )
    op.execute(
        "CREATE INDEX stretch_in_order ON stretch (bucket, due, task_id) "
        "INCLUDE (from_day, until_day, in_province, is_group, lead_agency_id)"
    )
    op.execute(
        "CREATE INDEX stretch_of_agency ON stretch (lead_agency_id, bucket, due, task_id) INCLUDE (from_day, until_day, in_province)"
    )
    op.execute("CREATE INDEX stretch_of_group ON stretch (task_id, from_day) INCLUDE (until_day, bucket, due) WHERE is_group")
    # The figures of the last day of a month that is over. A sheet is exact or absent; lines of `margin` 'all' count without buckets.
    op.execute("CREATE TABLE sheet (day date PRIMARY KEY)")
    op.execute(
        """
        CREATE TABLE sheet_line (
          day date NOT NULL REFERENCES sheet (day) ON DELETE CASCADE,
          margin text NOT NULL CHECK (margin IN ('agency', 'field', 'year', 'all')),
          in_province boolean NOT NULL, is_group boolean NOT NULL, lead_agency_id uuid, field text, assigned_year int, bucket text,
          tasks int NOT NULL CHECK (tasks > 0))
        """
    )
    op.execute("CREATE INDEX sheet_line_day ON sheet_line (day, margin)")
    # By which rules the stretches are derived. While it is not complete, `done_through` tells how far, and figures are counted from facts.
    op.execute(
        """
        CREATE TABLE derivation (
          single boolean PRIMARY KEY DEFAULT true CHECK (single),
          rules text NOT NULL, complete boolean NOT NULL, done_through uuid)
        """
    )
    op.execute("INSERT INTO derivation (rules, complete) SELECT 'IN_TIME_IF_SUBMITTED_BY_DUE', NOT EXISTS (SELECT FROM task_fact)")
    # Released instructions of which no task was known: what deep health tells, without reading all releases there ever were.
    op.execute("CREATE TABLE awaited_instruction (id uuid PRIMARY KEY, released_at timestamptz NOT NULL)")
    op.execute(
        """
        INSERT INTO awaited_instruction
        SELECT DISTINCT ON (released.id) released.id, occurred_at
        FROM directive_fact CROSS JOIN unnest(instruction_ids) AS released (id)
        WHERE NOT EXISTS (SELECT FROM task_now WHERE task_now.id = released.id) ORDER BY released.id, occurred_at
        """
    )
