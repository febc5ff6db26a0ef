"""Writes the sheet of sheet.json as a workbook: by_openpyxl.py SHEET.json FILE.xlsx 1900|1904

What stands beside it was made so, by openpyxl 3.1.5, for machines without it.
"""

import datetime
import json
import sys

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

sheet_path, path, days = sys.argv[1:]
with open(sheet_path, encoding="utf-8") as file:
    content = json.load(file)

book = openpyxl.Workbook()
book.epoch = CALENDAR_MAC_1904 if days == "1904" else CALENDAR_WINDOWS_1900
sheet = book.active
sheet.title = "社員"
sheet.append(content["header"])
for row, cells in enumerate(content["rows"], start=2):
    for column, given in enumerate(cells, start=1):
        cell = sheet.cell(row=row, column=column)
        if isinstance(given, dict):
            day = given.get("day")
            cell.value = given["number"] if day is None else datetime.date.fromisoformat(day)
            cell.number_format = given["format"]
        else:
            cell.value = given
            if isinstance(given, str):
                cell.number_format = "@"
book.save(path)
