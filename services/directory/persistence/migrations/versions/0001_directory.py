"""Agencies, people and memberships."""

from alembic import op

from libs.common.messaging.tables import messaging_statements

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in messaging_statements(publishes="directory", consumes=False):
        op.execute(statement)
    op.execute(
        """
        CREATE TABLE agency (
          id uuid PRIMARY KEY, version int NOT NULL, key text NOT NULL UNIQUE,
          name text NOT NULL, short_name text NOT NULL, kind text NOT NULL, scope text NOT NULL, parent_id uuid,
          valid_from date, valid_to date, sort_key text NOT NULL)
        """
    )
    op.execute("CREATE INDEX agency_order ON agency (sort_key, id)")
    op.execute(
        """
        CREATE TABLE agency_alias (
          agency_id uuid NOT NULL REFERENCES agency (id), alias text NOT NULL, folded text NOT NULL, is_former boolean NOT NULL,
          PRIMARY KEY (agency_id, alias))
        """
    )
    op.execute("CREATE INDEX agency_alias_folded ON agency_alias (folded text_pattern_ops)")
    op.execute("CREATE TABLE person (id uuid PRIMARY KEY, username text NOT NULL UNIQUE, name text NOT NULL, is_demo boolean NOT NULL)")
    op.execute(
        """
        CREATE TABLE membership (
          id uuid PRIMARY KEY, version int NOT NULL, person_id uuid NOT NULL REFERENCES person (id),
          agency_id uuid NOT NULL REFERENCES agency (id), position text NOT NULL, role text NOT NULL, is_head boolean NOT NULL,
          valid_from date, valid_to date)
        """
    )
    op.execute("CREATE INDEX membership_person ON membership (person_id)")
    op.execute("CREATE INDEX membership_agency ON membership (agency_id)")
