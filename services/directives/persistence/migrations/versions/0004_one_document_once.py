"""By what a document is known among those of its issuer, so that it is registered once; and why another bears the same number."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
only_adds = True

# As `folding.folded` has it for what numbers and notations are written with; a row that was folded otherwise before is folded so now.
_LIKE_D = "đĐðÐ"
_LIKE_HYPHEN = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


def _folded(words: str) -> str:
    """Signs of the third kind have no counterpart, and go."""
    alike, plain = _LIKE_D + _LIKE_HYPHEN + _UNSEEN, "d" * len(_LIKE_D) + "-" * len(_LIKE_HYPHEN)
    return f"translate({words}, '{alike}', '{plain}')"


def upgrade() -> None:
    op.execute("ALTER TABLE directive ADD COLUMN identity text")
    op.execute("ALTER TABLE directive ADD COLUMN another_document_reason text")
    number = _folded("replace(lower(number || '/' || coalesce(notation, '')), ' ', '')")
    op.execute(f"UPDATE directive SET identity = {number} || '/' || extract(year FROM issue_date) WHERE number IS NOT NULL")
    op.execute(f"UPDATE directive SET search = {_folded('search')} WHERE search <> {_folded('search')}")
    # Not unique: a reason allows another, and whoever registers holds a lock.
    op.execute("CREATE INDEX directive_identity ON directive (issuing_agency_id, identity)")
