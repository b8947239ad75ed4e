"""A list as a file for Excel: written row by row to the disk, never held whole, and never with a formula in it."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What one cell can hold.
LONGEST_TEXT = 32_767
CHUNK = 64 * 1024
# Whoever opens a list of tasks should not be asked whether a text is a formula or an address: none is ever meant.
TEXTS_STAY_TEXTS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}

Cell = str | int | date | None


@dataclass(frozen=True)
class Column:
    """`width` in digits."""

    heading: str
    width: float


class Sheet:
    """One sheet under construction. `close` ends it; the file goes with it."""

    def __init__(self, name: str, title: str, columns: Sequence[Column]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chidao-sheet-")
        self.path = Path(self._folder.name) / "sheet.xlsx"
        options = {"constant_memory": True, "tmpdir": self._folder.name, "in_memory": False, **TEXTS_STAY_TEXTS}
        self._book = xlsxwriter.Workbook(str(self.path), options)
        self._sheet = self._book.add_worksheet(name)
        self._wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._day = self._book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"})
        heading = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
        self._row = 0
        self.write([title], self._book.add_format({"bold": True}))
        self.write([column.heading for column in columns], heading)
        self._sheet.freeze_panes(self._row, 0)

    def write(self, cells: Sequence[Cell], text_format: Format | None = None) -> None:
        """The next row."""
        for place, cell in enumerate(cells):
            match cell:
                case date():
                    self._sheet.write_datetime(self._row, place, cell, self._day)
                case int():
                    self._sheet.write_number(self._row, place, cell, self._wrapped)
                case str() if cell:
                    self._sheet.write_string(self._row, place, cell[:LONGEST_TEXT], text_format or self._wrapped)
        self._row += 1

    def finish(self) -> None:
        """Write the file; nothing is added from here on."""
        self._book.close()

    def close(self) -> None:
        self._folder.cleanup()
