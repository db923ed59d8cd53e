"""Columns: what a list tells, an array tells."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sops_report.columns import (
    MISSING,
    Coded,
    Column,
    Numbers,
    Reals,
    Texts,
    coded,
    numbers,
    reals,
    taken,
)

whole = st.lists(st.none() | st.integers(-(2**63) + 1, 2**63 - 1))
measured = st.lists(st.none() | st.floats(allow_nan=False))
words = st.lists(st.none() | st.text(max_size=3))


@given(whole)
def test_whole_numbers_come_back(values: list[int | None]) -> None:
    array = numbers(values)
    assert Numbers(array) == values
    assert list(Numbers(array)) == values
    assert numbers(Numbers(array)) is array
    assert (array == MISSING).sum() == values.count(None)


@given(measured)
def test_measured_numbers_come_back(values: list[float | None]) -> None:
    assert Reals(reals(values)) == values


@given(words)
def test_words_come_back(values: list[str | None]) -> None:
    column = coded(values)
    assert column == values
    assert set(column.words) == set(values) - {None}
    assert coded(column) is column


def test_texts_come_back_and_an_empty_one_is_none() -> None:
    column = Texts(np.array([b"n1", b"", b"n333"], dtype="S4"))
    assert list(column) == ["n1", None, "n333"]
    assert column[2] == "n333"
    assert column[:2] == ["n1", None]
    assert len(column) == 3


def test_an_empty_text_may_be_one() -> None:
    assert list(Texts(np.array([b"v1", b"", b""]), blank=[2])) == ["v1", None, ""]


def test_a_text_may_have_a_line_end() -> None:
    assert list(Texts(np.array([b"a\nb", b"c", b""]))) == ["a\nb", "c", None]


def test_no_texts() -> None:
    assert list(Texts(np.array([], dtype="S4"))) == []


def test_flags_come_back() -> None:
    assert list(Coded(np.array([0, -1, 1], dtype="int32"), (False, True))) == [False, None, True]


@given(st.data(), whole, st.lists(st.sampled_from([b"n1", b"", b"n333", b"a\nb"])))
def test_some_rows_are_made_without_the_others(
    data: st.DataObject, values: list[int | None], texts: list[bytes]
) -> None:
    blank = [at for at, text in enumerate(texts) if not text][:1]
    columns: list[Column[object]] = [
        Numbers(numbers(values)), coded(values), Texts(np.array(texts, dtype="S4"), blank=blank)
    ]  # fmt: skip
    for column in columns:
        every = column.fresh()
        rows = data.draw(st.lists(st.sampled_from(range(len(every))) if every else st.nothing()))
        some = slice(*sorted((len(rows) // 2, len(rows))))
        assert taken(column, np.array(rows, dtype=np.int64)) == [every[at] for at in rows]
        assert taken(column, some) == every[some]
        assert [column[at] for at in rows] == [every[at] for at in rows]
        assert taken(every, np.array(rows, dtype=np.int64)) == [every[at] for at in rows]
