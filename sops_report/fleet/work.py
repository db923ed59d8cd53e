"""One piece of the work on a data set: some answers of an archive → parts; runs in any process."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from sops_report.fleet.answers import Answers
from sops_report.fleet.block import Block
from sops_report.fleet.census import Item
from sops_report.fleet.manifest import Aside, Held
from sops_report.fleet.many import Refused, blocks_of
from sops_report.fleet.parts import dates_of, new_name, some_of, table_of, write_part

ROWS_A_PART: Final = 65_536


@dataclass(slots=True)
class Done:
    """What became of a piece of work.

    Attributes:
        parts: The parts that were written, and what each holds.
        asides: Answers that could not be read.
        n_rows: How many rows were written.
    """

    parts: dict[str, list[Held]] = field(default_factory=dict)
    asides: list[Aside] = field(default_factory=list)
    n_rows: int = 0


def flatten_items(archive: str, root: str, items: Sequence[Item]) -> Done:
    """Read answers and write their rows as parts of a data set.

    Args:
        archive: Its folder.
        root: The data set's folder.
        items: The answers.

    Raises:
        SopsReportError: A part cannot be written.
    """
    done, answers = Done(), Answers(archive, items)
    for made in blocks_of(answers.open, range(len(items)), ROWS_A_PART):
        if isinstance(made, Refused):
            item, stamp = items[made.number], answers.stamp(made.number)
            done.asides.append(Aside.because(made.error, item.key, *stamp, item.folder_ns))
            continue
        done.n_rows += len(made)
        for name, numbers in _write(made, answers, Path(root)):
            done.parts[name] = [answers.held(number) for number in numbers]
    return done


def _write(block: Block, answers: Answers, root: Path) -> Iterator[tuple[str, list[int]]]:
    """Write one part a date; yield its name and the numbers of the answers in it."""
    labels = [answers.labels[number] for number in block.numbers]
    dates = dates_of(block, labels)
    table = table_of(block, labels)
    for date in sorted(set(dates)):
        wanted = np.asarray([one == date for one in dates])
        name = new_name(date)
        write_part(table if wanted.all() else some_of(table, wanted, block), root, name)
        yield name, [n for n, one in zip(block.numbers, dates, strict=True) if one == date]
