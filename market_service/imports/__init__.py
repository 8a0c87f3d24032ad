"""Parsing price files and lists of instruments of many sources.

No database here. A file goes through these modules, in this order:

``decode``     compression, archives, encoding → tables of cells, row by row
``recognise``  which of the ``formats`` a table has: where its header is, what its columns mean
``days``, ``numbers``, ``tickers``  the values of cells
``prices``     good rows and errors → ``staging``, sorted → one price a day
``instruments``  the same for lists: entries and errors
``report``     the summary: recognised, left out, warnings

If a file is ambiguous, the error names the option that resolves it (``options``).
"""
