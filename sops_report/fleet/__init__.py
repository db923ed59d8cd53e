"""Many answers at once: one table of all their nodes, or a data set that grows with the archive.

The rooms behind this door: `documents` (files → answers), `decoding`, `rows`, `moments`,
`identity` and `block` (answers → columns, vectorised), `frame` (→ DataFrame), `parts` (→ Parquet),
`manifest`, `census`, `work` and `dataset` (what is kept and what is to do), `workers` (where it is
done) and `query` (SQL over it).
"""

from sops_report.fleet.dataset import Outcome, flatten_archive
from sops_report.fleet.many import flatten_many

__all__ = ["Outcome", "flatten_archive", "flatten_many"]
