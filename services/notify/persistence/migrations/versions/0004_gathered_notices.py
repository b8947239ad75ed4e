"""Overdue notices of the Office are gathered, and every list of notices comes from an index and stops.

A program of before does not know the kinds of the notices that gather, so this migration does not promise to add only.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is told by a notice for many. It has a day, and a group or none: no task of its own.
    op.execute("ALTER TABLE notice ADD COLUMN gathered_in uuid")
    for column in ("task_id", "task_code", "directive_label", "content"):
        op.execute(f"ALTER TABLE notice ALTER COLUMN {column} DROP NOT NULL")
    op.execute("CREATE INDEX notice_gathered ON notice (gathered_in, number) WHERE gathered_in IS NOT NULL")
    # Parts of a group do not say the code of the whole.
    op.execute("CREATE TABLE told_group (id uuid PRIMARY KEY, code text NOT NULL)")
    # Who reads all at once has one row, and not one for each notice of a year. Without an agency: what is told to the Office.
    op.execute(
        """
        CREATE TABLE read_through (
          person_id uuid NOT NULL, agency_id uuid, through timestamptz NOT NULL, UNIQUE NULLS NOT DISTINCT (person_id, agency_id))
        """
    )
    # With all that says whether somebody has read it: who counts need not look at the notices themselves.
    for name, key, beside in (
        ("notice_shown", "agency_id, recorded_at DESC, number DESC", "id, kind, created_at"),
        ("notice_shown_by_kind", "agency_id, kind, recorded_at DESC, number DESC", "id, created_at"),
    ):
        op.execute(f"CREATE INDEX {name} ON notice ({key}) INCLUDE ({beside}) WHERE gathered_in IS NULL")
    op.execute("CREATE INDEX notice_task ON notice (task_id)")
    op.execute("CREATE INDEX notice_read_notice ON notice_read (notice_id)")
    op.execute("DROP INDEX notice_audience")
