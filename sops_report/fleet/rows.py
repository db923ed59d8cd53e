"""The rows of many documents, gathered in one set of lists: what `block.close` makes columns of."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sops_report.fleet.decoding import Plain, read_plain
from sops_report.snapshot import Flow, Snapshot


@dataclass(slots=True)  # frozen ones are slow to make, and there are ten thousands
class Document:
    """One answer to read.

    Attributes:
        number: Its place in the work at hand.
        data: Its bytes if it may be read the fast way, else None.
        task_id: Whose it is; None where nothing tells it.
        fetched_at_us: When it was fetched; None where nothing tells it.
        flow: The flow that lies beside it, decoded.
        read: Reads it carefully.
    """

    number: int
    data: bytes | None
    task_id: str | None
    fetched_at_us: int | None
    flow: Flow | None
    read: Callable[[], Snapshot]

    def close(self) -> None:
        """Let go of the bytes: all that is asked of it is known."""
        self.data, self.read = None, _closed


def _closed() -> Snapshot:
    raise AssertionError  # nobody reads a document again whose rows are made


@dataclass(slots=True)
class Rows:
    """Fields of the nodes of many documents, as sent, parallel; each document's rows together.

    Attributes:
        documents: The documents, and where the rows of each begin.
        read: What the careful reader made of some of them, by their number.
        texts: Failure texts by node id, by the number of the document.
    """

    documents: list[Document] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    read: dict[int, Snapshot] = field(default_factory=dict)
    texts: dict[int, dict[str, str | None]] = field(default_factory=dict)
    node_id: list[str | None] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    n_descendants: list[int] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    state: list[str | None] = field(default_factory=list)
    version: list[str | None] = field(default_factory=list)
    start: list[str | None] = field(default_factory=list)
    finish: list[str | None] = field(default_factory=list)
    refresh: list[str | None] = field(default_factory=list)
    elapsed_s: list[float | None] = field(default_factory=list)
    retry: list[int | None] = field(default_factory=list)
    loop: list[int | None] = field(default_factory=list)
    skip: list[bool | None] = field(default_factory=list)
    error_ignored: list[bool | None] = field(default_factory=list)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.node_id)

    def add(self, document: Document) -> None:
        """Add the rows of a document.

        Raises:
            SopsReportError: It cannot be read; nothing was added.
        """
        plain = None if document.data is None else read_plain(document.data)
        if plain is None:
            self._add_snapshot(document, document.read())
        else:
            self._add_plain(document, plain)

    def _add_plain(self, document: Document, plain: Plain) -> None:
        if plain.texts:
            self.texts[len(self.documents)] = plain.texts
        self._begin(document)
        laid, fields = plain.laid, plain.fields
        self.node_id += laid.node_id
        self.parent += laid.parent
        self.depth += laid.depth
        self.n_descendants += laid.n_descendants
        self.name += fields.name
        self.state += fields.state
        self.version += fields.version
        self.start += fields.start
        self.finish += fields.finish
        self.refresh += fields.refresh
        self.elapsed_s += fields.elapsed_s
        self.retry += fields.retry
        self.loop += fields.loop
        self.skip += fields.skip
        self.error_ignored += plain.error_ignored

    def _add_snapshot(self, document: Document, snapshot: Snapshot) -> None:
        self.read[len(self.documents)] = snapshot
        self._begin(document)
        tree = snapshot.tree
        untimed: Iterable[None] = [None] * len(tree)
        self.node_id += tree.node_id
        self.parent += tree.parent
        self.depth += tree.depth
        self.n_descendants += tree.n_descendants
        self.name += tree.name
        self.state += tree.state
        self.version += tree.version
        self.start += untimed  # are taken from the tree
        self.finish += untimed
        self.refresh += untimed
        self.elapsed_s += tree.elapsed_s
        self.retry += tree.retry
        self.loop += tree.loop
        self.skip += tree.skip
        self.error_ignored += tree.error_ignored

    def _begin(self, document: Document) -> None:
        self.begins.append(len(self.node_id))
        self.documents.append(document)
