"""How a node is called in a sentence: its name, else its kind in the reader's language."""

from sops_report.snapshot import Snapshot
from sops_report.words import Language, say


def label_of(snapshot: Snapshot, position: int, language: Language) -> str:
    """Return the node's name, or its kind in brackets where it has none."""
    if snapshot.named[position]:
        return snapshot.label[position]
    return f"({say(f'kind.{snapshot.kind[position]}', language)})"
