"""Rows on their way into the databases, by service and table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any


class ColumnsDiffer(Exception):
    """Two rows of one table do not name the same columns."""


NUMBERED_BY_TIME = {"event_log": "created_at", "audit_entry": "recorded_at", "notice": "recorded_at"}


@dataclass
class Sheet:
    """Rows of one table. Which columns there are, and in which order, the first row says."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


@dataclass
class Batch:
    sheets: dict[tuple[str, str], Sheet] = field(default_factory=dict)

    def add(self, service: str, table: str, row: Mapping[str, Any]) -> None:
        sheet = self.sheets.get((service, table))
        if sheet is None:
            sheet = self.sheets[service, table] = Sheet(tuple(row))
        values = tuple(row.values())
        if len(values) != len(sheet.columns):
            raise ColumnsDiffer(f"{service}.{table}: {sorted(row)} and {sorted(sheet.columns)}")
        sheet.rows.append(values)

    def of(self, service: str) -> dict[str, Sheet]:
        """In the order in which the tables were first written to: what is referred to comes before what refers to it."""
        return {table: sheet for (owner, table), sheet in self.sheets.items() if owner == service}

    def sort(self) -> None:
        """Rows that are numbered as they come get their numbers in the order of time, as if they had been written then."""
        for (_, table), sheet in self.sheets.items():
            if table in NUMBERED_BY_TIME:
                sheet.rows.sort(key=itemgetter(sheet.columns.index(NUMBERED_BY_TIME[table])))
