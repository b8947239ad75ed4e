"""Sessions that end from elsewhere: which session of the sign-in service each belongs to, in which browser, and what was heard already."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    # Of sessions that began before, none of the three is known.
    op.execute("ALTER TABLE session ADD COLUMN provider_session text, ADD COLUMN browser text, ADD COLUMN system text")
    # What a person has ended here: the sign-in service tells us of it as if it had ended it by itself.
    op.execute("CREATE TABLE signed_out (provider_session text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())")
    # Each logout token counts once.
    op.execute("CREATE TABLE logout_token (id text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())")
