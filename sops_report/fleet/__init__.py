"""Many answers at once: one table of all their nodes, or a data set that grows with the archive.

The rooms behind this door: `documents` (files → answers), `vector` and `shells` (many answers of
one form → columns at once), `decoding` and `rows` (the others, one by one), `sheet` (where both end
in), `moments`, `identity`, `paths` and `block` (columns of the node table, vectorised), `frame`
(→ DataFrame), `arrays` and `parts` (→ Parquet), `manifest`, `census`, `pieces`, `work` and
`dataset` (what is kept and what is to do), `rewriting` and `merging` (what is there, written anew),
`workers` (where it is done) and `query` (SQL over it).
"""

from sops_report.fleet.dataset import Outcome, flatten_archive
from sops_report.fleet.many import flatten_many

__all__ = ["Outcome", "flatten_archive", "flatten_many"]
