"""Every list is an address: what it is filtered by stands in its query."""

from urllib.parse import urlencode


def filter_query(**filters: object) -> str:
    """The query of a list, without what is not asked for."""
    return urlencode({name: str(value) for name, value in filters.items() if value not in (None, "")})
