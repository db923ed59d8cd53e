"""A SOURCE as users write it → `Snapshot`.

What it is gets detected in this order: ``-`` (standard input), an existing file, an existing
folder, the address of a task page, digits (a task id, fetched live), ``BIZ/TASK[@TIME]`` (in the
archive). A live answer is archived before it is used.
"""

from sops_report.sources.door import Live, read

__all__ = ["Live", "read"]
