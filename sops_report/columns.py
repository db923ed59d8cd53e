"""Columns of a big tree: arrays inside, plain Python values for whoever asks by place.

A `snapshot.Tree` is a set of parallel sequences. For a small answer these are lists; for a big one
they are the columns here, which the vectorised kernels read as arrays (`.array`, `.codes`) while
everyone else sees a sequence of ``int``, ``str`` or ``None``. The values are made once, on the
first question, so a million nodes cost a million objects only where somebody wants them.

numpy is imported on use: a small answer is read and reported without it.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeAlias, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISSING: Final = -(2**63)  # in an int64 column: no value; as pandas' NaT

_OFTEN: Final = 16  # whoever has asked for a sixteenth of the rows gets all made

T = TypeVar("T")
Rows: TypeAlias = "slice | NDArray[np.int64]"
_LINE_END: Final = ord("\n")
_ROWS: Final = 4096  # made at a time: what is in between stays small


class Unkept(Sequence[T], Generic[T]):
    """A sequence whose values are made for each question anew."""

    __slots__ = ()

    @abstractmethod
    def _one(self, at: int) -> T:
        """Make the value at a place, which is not negative."""

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        """Return the value, or the values, at a place."""
        places = range(len(self))[at]
        return self._one(places) if isinstance(places, int) else [*map(self._one, places)]


class Column(Sequence[T], Generic[T]):
    """A sequence whose values are made on the first question."""

    __slots__ = ("_asked", "_size", "_values")

    def __init__(self, size: int) -> None:
        """Promise *size* values."""
        self._size = size
        self._asked = 0
        self._values: list[T] | None = None

    @abstractmethod
    def _made(self, rows: "Rows") -> list[T]:
        """Make the values of some rows."""

    def _plain(self) -> list[T]:
        return self._made(slice(None))

    def taken(self, rows: "Rows") -> list[T]:
        """Return the values of some rows; no others are made for it, and none are kept.

        Args:
            rows: A slice, or an array of positions.
        """
        if self._values is not None and isinstance(rows, slice):
            return self._values[rows]
        return self._made(rows)

    def values(self) -> list[T]:
        """Return the plain values; the same list each time, not to be changed."""
        if self._values is None:
            self._values = self._plain()
        return self._values

    def fresh(self) -> list[T]:
        """Return the plain values in a list of the caller's own; no other is kept for it."""
        return self._plain() if self._values is None else [*self._values]

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> list[T]: ...
    def __getitem__(self, at: int | slice) -> T | list[T]:
        """Return the value, or the values, at a place."""
        values = self._values  # asked a million times: not by another call
        if values is not None:
            return values[at]
        self._asked += 1
        if isinstance(at, slice) or self._asked * _OFTEN > self._size:
            return self.values()[at]
        return self._one(at)

    def _one(self, at: int) -> T:
        """Make one value only: for those who ask for the root, or for a few failures."""
        place = range(self._size)[at]
        return self._made(slice(place, place + 1))[0]

    def __iter__(self) -> Iterator[T]:
        """Iterate over the values."""
        return iter(self.values())

    def __eq__(self, other: object) -> bool:
        """Compare with any sequence, value by value."""
        return isinstance(other, Sequence) and self.values() == list(other)

    __hash__ = None  # type: ignore[assignment]  # as a list's

    def __repr__(self) -> str:
        """Name the kind and the size; a million values are not printed."""
        return f"<{type(self).__name__} of {self._size}>"


class Numbers(Column[int | None]):
    """Whole numbers (positions, microseconds, counts); `MISSING` stands for None.

    Attributes:
        array: int64, one a row.
    """

    __slots__ = ("array",)

    def __init__(self, array: "NDArray[np.int64]") -> None:
        """Hold *array*; it must not change any more."""
        super().__init__(len(array))
        self.array = array

    def _one(self, at: int) -> int | None:
        value = int(self.array[at])
        return None if value == MISSING else value

    def _made(self, rows: "Rows") -> list[int | None]:
        chosen = self.array[rows]
        values: list[int | None] = chosen.tolist()
        for place in (chosen == MISSING).nonzero()[0].tolist():
            values[place] = None
        return values


class Reals(Column[float | None]):
    """Measured numbers; NaN stands for None.

    Attributes:
        array: float64, one a row.
    """

    __slots__ = ("array",)

    def __init__(self, array: "NDArray[np.float64]") -> None:
        """Hold *array*; it must not change any more."""
        super().__init__(len(array))
        self.array = array

    def _made(self, rows: "Rows") -> list[float | None]:
        values: list[float] = self.array[rows].tolist()
        return [None if value != value else value for value in values]  # noqa: PLR0124 - NaN


class Coded(Column[T | None], Generic[T]):
    """Values of which there are few distinct ones: words, flags.

    Attributes:
        codes: int32, one a row: the place in *words*, -1 for None.
        words: The distinct values.
    """

    __slots__ = ("codes", "words")

    def __init__(self, codes: "NDArray[np.int32]", words: Sequence[T]) -> None:
        """Hold *codes* into *words*; neither may change any more."""
        super().__init__(len(codes))
        self.codes = codes
        self.words = tuple(words)

    def _one(self, at: int) -> T | None:
        code = int(self.codes[at])
        return None if code < 0 else self.words[code]

    def _made(self, rows: "Rows") -> list[T | None]:
        known: tuple[T | None, ...] = (*self.words, None)  # -1 is the last
        return [known[code] for code in self.codes[rows].tolist()]


class Texts(Column[str | None]):
    """Short ASCII texts of nearly equal length, as ids and versions; the empty one is None.

    Attributes:
        array: Fixed-width bytes (``S…``), one a row.
        blank: The rows whose text is there, but empty.
    """

    __slots__ = ("array", "blank")

    def __init__(self, array: "NDArray[np.bytes_]", blank: Sequence[int] = ()) -> None:
        """Hold *array*; it must not change any more."""
        super().__init__(len(array))
        self.array = array
        self.blank = frozenset(blank)

    def _made(self, rows: "Rows") -> list[str | None]:
        values: list[str | None] = []
        chosen = self.array[rows]
        for begin in range(0, len(chosen), _ROWS):
            values += _split(chosen[begin : begin + _ROWS])
        if self.blank:
            asked = _positions(rows, self._size)
            for place in [at for at, row in enumerate(asked) if row in self.blank]:
                values[place] = ""
        return values


def _split(array: "NDArray[np.bytes_]") -> list[str | None]:
    """Return the texts of some rows: one text of all, cut at line ends, no bytes object a row."""
    lines = array.astype(f"S{array.dtype.itemsize + 1}")
    raw = lines.view("u1").reshape(len(array), -1)
    is_short = raw[:, -2] == 0
    raw[:, -1] = _LINE_END
    values: list[str | None] = str(raw.data, "ascii").split("\n")  # type: ignore[assignment]
    del values[-1]
    if len(values) > len(array):  # some text has a line end itself
        values = [text.decode("ascii") for text in array.tolist()]
    for row in is_short.nonzero()[0].tolist():
        values[row] = (values[row] or "").rstrip("\0") or None
    return values


def taken(column: Sequence[T], rows: "Rows") -> list[T]:
    """Return the values of some rows of a column or a list."""
    return column.taken(rows) if isinstance(column, Column) else _of_list(column, rows)


def _of_list(values: Sequence[T], rows: "Rows") -> list[T]:
    return [*values[rows]] if isinstance(rows, slice) else [values[at] for at in rows.tolist()]


def _positions(rows: "Rows", size: int) -> Sequence[int]:
    return range(size)[rows] if isinstance(rows, slice) else rows.tolist()


def numbers(column: Sequence[int | None]) -> "NDArray[np.int64]":
    """Return a column of whole numbers as an array, None as `MISSING`.

    Returns:
        int64; a `Numbers` column gives its own array (not to be changed), a list is copied.
    """
    import numpy as np  # noqa: PLC0415  # small answers do without

    if isinstance(column, Numbers):
        return column.array
    plain = [MISSING if value is None else value for value in column]
    return np.asarray(plain, dtype=np.int64)


def reals(column: Sequence[float | None]) -> "NDArray[np.float64]":
    """Return a column of measured numbers as float64, None as NaN."""
    import numpy as np  # noqa: PLC0415  # small answers do without

    if isinstance(column, Reals):
        return column.array
    return np.asarray([np.nan if value is None else value for value in column], dtype=np.float64)


def coded(column: Sequence[T | None]) -> Coded[T]:
    """Return a column of few distinct values by codes; the words in the order of their coming."""
    import numpy as np  # noqa: PLC0415  # small answers do without

    if isinstance(column, Coded):
        return column
    words = [value for value in dict.fromkeys(column) if value is not None]
    place: dict[T | None, int] = {None: -1}
    place.update({word: at for at, word in enumerate(words)})
    codes = np.fromiter(map(place.__getitem__, column), dtype=np.int32, count=len(column))
    return Coded(codes, words)


def as_numbers(column: Sequence[int | None]) -> Numbers:
    """Return a column of whole numbers as a `Numbers` column, which a list's values stay in."""
    if isinstance(column, Numbers):
        return column
    made = Numbers(numbers(column))
    made._values = list(column)  # noqa: SLF001 - they are made already
    return made


def as_reals(column: Sequence[float | None]) -> Reals:
    """Return a column of measured numbers as a `Reals` column."""
    return column if isinstance(column, Reals) else Reals(reals(column))
