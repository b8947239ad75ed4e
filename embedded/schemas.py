"""Which package brings the schema of each database."""

from embedded.postgres import DATABASES

SCHEMAS = {database: "portal" if database == "chidao_portal" else f"services.{database.removeprefix('chidao_')}" for database in DATABASES}
"""Database → the package whose migrations it has."""
