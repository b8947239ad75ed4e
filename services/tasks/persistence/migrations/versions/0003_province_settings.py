"""What this service knows of the rules of the province."""

from alembic import op

from libs.directory_replica.tables import PROVINCE_REPLICA_STATEMENTS

revision = "0003"
down_revision = "0001"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    for statement in PROVINCE_REPLICA_STATEMENTS:
        op.execute(statement)
