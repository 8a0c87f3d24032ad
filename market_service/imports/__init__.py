"""Reading what others call a file of prices or a list of instruments.

Nothing here knows the database. A file goes through, in this order:

``decode``     compression, archives, encoding → tables of cells, row by row
``recognise``  which family of ``formats`` a table is of: where its header is, what its columns mean
``days``, ``numbers``, ``tickers``  what one cell says
``prices``     good rows and errors → ``staging``, sorted → one price a day
``instruments``  the same for lists: entries and errors
``report``     what is said of it: recognised, left out, warned of

Every question that a file leaves open is asked by naming the option that answers it (``options``).
"""
