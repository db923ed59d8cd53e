"""The analysis of big trees: the same measures, worked out on whole columns at once.

Each module here gives exactly what the loop of the same name in `sops_report.analysis` gives; the
loop is the definition, and `tests/test_arrays.py` holds both together. A tree whose columns are
arrays (`as_columns`) comes this way. numpy is imported here and nowhere above, so the report of a
small answer starts without it.
"""
