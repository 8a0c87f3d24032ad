"""The history as a file: plain CSV, CSV as a spreadsheet of a language opens it, and a workbook."""
