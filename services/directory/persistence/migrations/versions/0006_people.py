"""People by their officer code and by name without diacritics; memberships and what happened to them, by agency."""

from alembic import op
from sqlalchemy import text

from libs.common.folding import search_words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("ALTER TABLE person ADD COLUMN officer_code text, ADD COLUMN folded text NOT NULL DEFAULT ''")
    op.execute("CREATE UNIQUE INDEX person_officer_code ON person (officer_code)")
    connection = op.get_bind()
    for row in connection.execute(text("SELECT id, name FROM person")).all():
        words = " ".join(search_words(row.name))
        connection.execute(text("UPDATE person SET folded = :words WHERE id = :id"), {"id": row.id, "words": words})
    op.execute("CREATE INDEX membership_standing ON membership (agency_id, (coalesce(valid_to, 'infinity')), id)")
    op.execute("CREATE INDEX membership_administrator ON membership (id) WHERE role = 'SYSTEM_ADMIN'")
    op.execute(
        "CREATE INDEX event_log_membership ON event_log ((payload #>> '{state,agency_id}'), seq) WHERE aggregate_type = 'membership'"
    )
