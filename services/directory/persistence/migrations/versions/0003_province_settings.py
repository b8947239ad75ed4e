"""The rules of the province: settings and the working calendar, each with its decisions."""

from alembic import op

from libs.common.messaging.tables import append_only

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    op.execute("CREATE TABLE province_setting (id uuid PRIMARY KEY, version int NOT NULL, key text NOT NULL UNIQUE)")
    op.execute(
        """
        CREATE TABLE province_setting_decision (
          setting_id uuid NOT NULL REFERENCES province_setting (id), version int NOT NULL, valid_from date, value jsonb,
          reason text NOT NULL, decided_by text NOT NULL, decided_at timestamptz NOT NULL,
          PRIMARY KEY (setting_id, version))
        """
    )
    op.execute("CREATE TABLE working_calendar (id uuid PRIMARY KEY, version int NOT NULL, year int NOT NULL UNIQUE)")
    op.execute(
        """
        CREATE TABLE working_calendar_decision (
          calendar_id uuid NOT NULL REFERENCES working_calendar (id), version int NOT NULL, valid_from date, days jsonb,
          reason text NOT NULL, decided_by text NOT NULL, decided_at timestamptz NOT NULL,
          PRIMARY KEY (calendar_id, version))
        """
    )
    op.execute(append_only("province_setting_decision"))
    op.execute(append_only("working_calendar_decision"))
