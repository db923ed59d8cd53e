"""What the renderers ask of all nodes of a big run, worked out on whole columns at once.

Each module here gives exactly what the loop of the same name in `sops_report.rendering` gives; the
loop is the definition, and `tests/test_rendering_arrays.py` holds both together. numpy is imported
here and nowhere above, so the report of a small answer starts without it.
"""
