"""Drafts of what is being typed, sealed; and a form is a person's and no longer a session's."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
only_adds = True


def upgrade() -> None:
    # `finished` is the key under which the form was sent last: what still arrives of it later is not kept.
    op.execute(
        """
        CREATE TABLE draft (
          person_id uuid NOT NULL,
          membership_id uuid NOT NULL,
          form text NOT NULL,
          sealed bytea,
          finished text,
          kept_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (person_id, membership_id, form)
        )
        """
    )
    # A portal of before still reads the secret of a session; this one neither writes nor reads it.
    op.execute("ALTER TABLE session ALTER COLUMN form_secret SET DEFAULT (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))")
