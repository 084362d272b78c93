"""Tables of arrays by address: kernels read and write the arrays themselves, whatever their layout."""

import pickle
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba import njit
from numba.core.errors import TypingError

from cargopool.kernel_tables import KernelTable


class Arrays(NamedTuple):
    """Arrays of several kinds."""

    ints: Any
    plane: Any
    slanted: Any
    flags: Any


def arrays() -> Arrays:
    """Some, one of them not contiguous."""
    return Arrays(
        ints=np.arange(5, dtype=np.int32),
        plane=np.arange(12.0).reshape(3, 4),
        slanted=np.arange(24, dtype=np.int64).reshape(4, 6)[::2, 1::2],
        flags=np.array([True, False, True]),
    )


@njit(_nrt=False)
def weighed(t: Any) -> float:
    total = 0.0
    for i in range(t.ints.size):
        total += t.ints[i]
    for i in range(t.plane.shape[0]):
        row = t.plane[i]
        for j in range(row.shape[0]):
            total += (10 * i + j) * row[j]
    for i in range(t.slanted.shape[0]):
        for j in range(t.slanted.shape[1]):
            total += 1000 * (10 * i + j) * t.slanted[i, j]
    for i in range(t.flags.size):
        if t.flags[i]:
            total += 1e6 * (i + 1)
    return total


@njit(_nrt=False)
def write(t: Any, value: float) -> float:
    before = t.plane[1, 2]
    t.plane[1, 2] = value
    t.slanted[1, 1] = 7
    return before + t.plane[1, 2] + weighed(t)


def expected(a: Arrays) -> float:
    """As `weighed`, by numpy."""
    index = [10 * np.arange(n)[:, None] + np.arange(m) for n, m in (a.plane.shape, a.slanted.shape)]
    sums = (a.ints.sum(), (index[0] * a.plane).sum(), 1000 * (index[1] * a.slanted).sum())
    return float(sum(sums) + 1e6 * (a.flags * np.arange(1, a.flags.size + 1)).sum())


def test_kernels_see_and_change_the_arrays_themselves() -> None:
    a = arrays()
    table = KernelTable(a)
    assert weighed(table) == expected(a)
    seen = write(table, 99.0)
    assert a.plane[1, 2] == 99.0
    assert a.slanted[1, 1] == 7
    assert seen == 6.0 + 99.0 + expected(a)
    assert table.plane is a.plane


def test_a_replaced_array_is_read_and_the_others_stay() -> None:
    a = arrays()
    table = KernelTable(a)
    other = table.replace(ints=np.arange(1000, dtype=np.int32), plane=np.ones((7, 5)))
    assert weighed(other) == expected(a._replace(ints=other.ints, plane=other.plane))
    assert weighed(table) == expected(a)


def test_a_type_is_the_same_in_another_process_and_tells_layouts_apart() -> None:
    a = arrays()
    kind = KernelTable(a)._numba_type_
    assert pickle.loads(pickle.dumps(kind)) == kind == KernelTable(arrays())._numba_type_
    for other in (
        a._replace(ints=a.ints.astype(np.int64)),
        a._replace(slanted=a.slanted.copy()),
        a._replace(plane=a.plane[0]),
    ):
        assert KernelTable(other)._numba_type_ != kind


def test_an_unknown_name_is_refused() -> None:
    @njit(_nrt=False)
    def wrong(t: Any) -> float:
        return t.nothing[0]  # type: ignore[no-any-return]

    with pytest.raises(TypingError, match="nothing"):
        wrong(KernelTable(arrays()))
    with pytest.raises(AttributeError):
        KernelTable(arrays()).nothing  # noqa: B018


def test_copies_have_arrays_of_their_own_and_fields_stay() -> None:
    table = KernelTable(arrays())
    for copied in (pickle.loads(pickle.dumps(table)), deepcopy(table)):
        assert copied.address != table.address
        assert write(copied, 99.0) == pytest.approx(6.0 + 99.0 + expected(copied.arrays))
        assert table.plane[1, 2] == 6.0
    with pytest.raises(AttributeError):
        table.plane = np.zeros((3, 4))
