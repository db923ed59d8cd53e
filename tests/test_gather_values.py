"""Numbers and times, many at once: what the careful reader makes of each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers import FAST

from sops_report.reading.gather.holes import Moments
from sops_report.reading.gather.lengths import digits
from sops_report.reading.gather.variant import Hole
from sops_report.reading.gather.window import Rows, Texts
from sops_report.reading.read import SteppedAsideError
from sops_report.reading.times import TimeReader


@FAST
@given(st.lists(st.integers(0, 10**7 - 1), min_size=1), st.sampled_from(",} .e"))
def test_digits_are_numbers(numbers: list[int], end: str) -> None:
    words = np.array([f"{number}{end}".ljust(8, "x").encode() for number in numbers], "S8")
    values, widths = digits(words.view("<u8"))
    assert values.tolist() == numbers
    assert widths.tolist() == [len(str(number)) for number in numbers]


DIGITS = st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9] [+-][0-2][0-9][0-6][0-9]",
    fullmatch=True,
) | st.from_regex(
    r"20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9]\.[0-9]{3}Z", fullmatch=True
)


def keep(hole: Hole, texts: Texts, rows: Rows) -> None:
    """Keep texts of one shape, as a variant does."""
    raw = bytes(texts[0])
    kept = hole.kept(raw)
    width = texts.dtype.itemsize
    values = [np.ndarray(len(texts), part.dtype, texts, part.offset, (width,)) for part in kept]
    room = [part.room(rows) for part in kept]
    for copied, value in zip(room, values, strict=True):
        copied[:] = value
    hole.look(raw, rows, room)
    for part, copied in zip(kept, room, strict=True):
        part.put(rows, copied)


def moments(texts: list[str]) -> list[int]:
    """Read times, each with all that are of its shape, into rows 1 and after."""
    hole = Moments(len(texts) + 1)
    raws = [f'"{text}"'.encode() for text in texts]
    for first_ in raws:
        rows = [row for row, raw in enumerate(raws, 1) if hole.shape(raw) == hole.shape(first_)]
        if hole.shape(first_) == first_:
            hole.fill(first_, np.array(rows))
        else:
            keep(hole, np.array([raws[row - 1] for row in rows]), np.array(rows))
    return hole.found(len(texts) + 1)[1:].tolist()


@FAST
@given(st.lists(DIGITS, min_size=1, max_size=5))
def test_moments_are_those_of_the_careful_reader(texts: list[str]) -> None:
    careful = [TimeReader().read(text) for text in texts]
    if any(moment.us is None for moment in careful):
        with pytest.raises(SteppedAsideError):
            moments(texts)
    else:
        assert moments(texts) == [moment.us for moment in careful]


def test_every_day_of_the_century_is_known() -> None:
    days = np.arange("2000-01-01", "2100-01-01", dtype="datetime64[D]")
    texts = [f"{day} 23:59:59 +0000" for day in days]
    hole = Moments(len(days) + 1)
    raws = np.array([f'"{text}"' for text in texts], "S27")
    keep(hole, raws, range(1, len(days) + 1))
    seconds = days.astype("datetime64[s]").astype(np.int64) + 86_399
    assert (hole.found(len(days) + 1)[1:] == seconds * 1_000_000).all()
