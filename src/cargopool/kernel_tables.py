"""Tables of arrays that kernels take by address.

A named tuple of thirty arrays is two hundred values to numba, in each call from one kernel to another: most of the code
that is to be compiled, and much of what calls take. A table is one value. What it holds cannot be exchanged, only the
arrays' entries.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

import numpy as np
from numba import typeof, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import NativeValue, infer_getattr, lower_getattr_generic, models, register_model, unbox
from numba.np.arrayobj import make_array, populate_array


class TableType(types.Type):  # type: ignore[misc]
    """Type of a `KernelTable`: the names and types of its arrays."""

    def __init__(self, name: str, arrays: tuple[tuple[str, types.Array], ...]) -> None:
        digest = hashlib.sha256(repr(arrays).encode()).hexdigest()[:16]
        super().__init__(f"KernelTable({name}, {digest})")
        self.types = dict(arrays)
        self.first: dict[str, int] = {}
        slots = 0
        for field, array in arrays:
            self.first[field] = slots
            slots += 1 + 2 * array.ndim


register_model(TableType)(models.OpaqueModel)


@cache
def _type_of(name: str, fields: tuple[str, ...], arrays: tuple[types.Array, ...]) -> TableType:
    return TableType(name, tuple(zip(fields, arrays, strict=True)))


class KernelTable:
    """The arrays of a named tuple, whose names it has; compiled code reads them at ``address``.

    There each array is its address, its shape and its strides, eight bytes a number. A copy has an address of its own.
    """

    __slots__ = ("_numba_type_", "_slots", "address", "arrays")

    def __init__(self, arrays: Any) -> None:
        self.arrays = arrays
        slots = [slot for array in arrays for slot in (array.ctypes.data, *array.shape, *array.strides)]
        self._slots = np.array(slots, np.int64)
        self.address = self._slots.ctypes.data
        self._numba_type_ = _type_of(type(arrays).__name__, arrays._fields, tuple(typeof(array) for array in arrays))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.arrays, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return KernelTable, (self.arrays,)

    def replace(self, **arrays: Any) -> KernelTable:
        """Return a table with other arrays for some names."""
        return KernelTable(self.arrays._replace(**arrays))


@unbox(TableType)  # type: ignore[untyped-decorator]
def _address(_type: TableType, value: Any, compiling: Any) -> NativeValue:
    number = compiling.pyapi.object_getattr_string(value, "address")
    pointer = compiling.pyapi.long_as_voidptr(number)
    compiling.pyapi.decref(number)
    return NativeValue(pointer, is_error=compiling.pyapi.c_api_error())


@infer_getattr
class _Attributes(AttributeTemplate):  # type: ignore[misc]
    key = TableType

    def generic_resolve(self, table: TableType, name: str) -> types.Array | None:
        return table.types.get(name)


@lower_getattr_generic(TableType)  # type: ignore[untyped-decorator]
def _array(context: Any, builder: Any, table: TableType, address: Any, name: str) -> Any:
    """Read an array. Nobody writes where a table lies, which lets LLVM read it where and as often as it likes."""
    array_type = table.types[name]
    array = make_array(array_type)(context, builder)
    number = context.get_value_type(types.intp)
    slots = builder.bitcast(address, number.as_pointer())

    def load(slot: int, kind: Any) -> Any:
        at = builder.gep(slots, [context.get_constant(types.intp, table.first[name] + slot)])
        value = builder.load(builder.bitcast(at, kind.as_pointer()))
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    kind = context.get_data_type(array_type.dtype)
    shape = [load(1 + i, number) for i in range(array_type.ndim)]
    strides = [load(1 + array_type.ndim + i, number) for i in range(array_type.ndim)]
    size = context.get_constant(types.intp, context.get_abi_sizeof(kind))
    populate_array(array, data=load(0, kind.as_pointer()), shape=shape, strides=strides, itemsize=size, meminfo=None)
    return array._getvalue()
