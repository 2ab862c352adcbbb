"""Tables as files: CSV is written while it is read, XLSX at once."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO

import xlsxwriter

from activity.export import FORMULA_STARTS, Echo
from reports.tables import Cell, Table

LONGEST_CELL = 32_767  # of Excel; XlsxWriter would leave a longer text out


def as_csv(columns: Sequence[str], tables: Iterable[Table]) -> Iterator[str]:
    """Yield the file in UTF-8 with a byte order mark, by which Excel knows the encoding."""
    write = csv.writer(Echo(), quoting=csv.QUOTE_NONNUMERIC).writerow
    yield "\ufeff" + write(columns)
    for table in tables:
        yield "".join(write([_written(cell) for cell in cells]) for cells in table.cells(columns))


def as_xlsx(columns: Sequence[str], tables: Iterable[Table]) -> bytes:
    """Return a workbook with one sheet. Texts stay texts: no formula and no link."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, columns, workbook.add_format({"bold": True}))
        lines = (cells for table in tables for cells in table.cells(columns))
        for line, cells in enumerate(lines, 1):
            sheet.write_row(line, 0, [_shortened(_written(cell)) for cell in cells])
    return file.getvalue()


def _written(cell: Cell) -> str | int | float:
    """Return a cell that no spreadsheet takes for a formula."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return cell


def _shortened(cell: str | int | float) -> str | int | float:
    return cell[:LONGEST_CELL] if isinstance(cell, str) else cell
