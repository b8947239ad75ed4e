"""The databases of the system, one for each service and one for the portal, and the two roles of each."""

from collections.abc import Iterable

DATABASES = ("chidao_directory", "chidao_directives", "chidao_tasks", "chidao_notify", "chidao_reporting", "chidao_portal")


def database_of(name: str) -> str:
    """That of the service `name`, or of the portal."""
    return f"chidao_{name}"


def name_of(database: str) -> str:
    """Whose database it is: a service, or the portal."""
    return database.removeprefix("chidao_")


def owner_of(database: str) -> str:
    """The role that owns it and only migrates."""
    return f"{database}_owner"


def runner_of(database: str) -> str:
    """The role that its service signs in as; it has no right to change the schema."""
    return f"{database}_app"


def roles_of(databases: Iterable[str]) -> tuple[str, ...]:
    """Both roles of each."""
    return tuple(role(database) for database in databases for role in (owner_of, runner_of))


SCHEMAS = {database: "portal" if name_of(database) == "portal" else f"services.{name_of(database)}" for database in DATABASES}
"""Database → the package whose migrations it has."""
