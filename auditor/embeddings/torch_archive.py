"""The tensors of an old PyTorch file, read without unpickling it: nothing that the file says is ever called or imported.

Before version 1.6 PyTorch wrote five pickles (magic number, protocol, machine, the object, the storages' keys) and then each
storage as its length and its bytes (torch/serialization.py, ``_legacy_save``). ``pickletools`` only takes a pickle's
instructions apart; the few that describe a dictionary of tensors are followed here, anything else is refused.
"""

import pickletools
import struct
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from auditor.errors import BadInputError

_MAGIC = 0x1950A86A20F9469CFC6C
_TYPES: dict[str, np.dtype[Any]] = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
_REBUILD, _ORDERED = "torch._utils _rebuild_tensor_v2", "collections OrderedDict"


class _Storage(NamedTuple):
    key: str
    dtype: np.dtype[Any]


class _Tensor(NamedTuple):
    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Symbol(NamedTuple):
    name: str


class _Mark:
    """Where a tuple or a list of items begins on the stack."""


def read_tensors(path: Path, *, within: str | None = None) -> dict[str, NDArray[Any]]:
    """Names and tensors in the order in which they were written. Raises ``BadInputError`` for anything unexpected.

    A file that was saved in training holds more than the tensors: ``within`` names the entry that they stand under.
    """
    try:
        with path.open("rb") as stream:
            if _follow(stream, {}) != _MAGIC:
                raise BadInputError(f"{path}: no PyTorch file of the old kind")
            _skip(stream, 2)
            types: dict[str, np.dtype[Any]] = {}
            described = _follow(stream, types)
            keys = _follow(stream, {})
            storages = {}
            for key in keys:
                (count,) = struct.unpack("<q", stream.read(8))
                storages[key] = np.frombuffer(stream.read(count * types[key].itemsize), types[key])
            tensors = described if within is None else described[within]
            return {name: _array(tensor, storages) for name, tensor in tensors.items()}
    except (KeyError, ValueError, IndexError, AttributeError, TypeError, struct.error) as error:
        raise BadInputError(f"{path}: not a plain dictionary of tensors ({type(error).__name__}: {error})") from error


def _array(tensor: _Tensor, storages: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """A view of its storage, once it is known to end within it; strides count numbers, not bytes."""
    storage = storages[tensor.storage.key]
    last = tensor.offset + sum((size - 1) * step for size, step in zip(tensor.shape, tensor.strides, strict=True))
    if min((tensor.offset, *tensor.shape, *tensor.strides)) < 0 or last >= len(storage):
        raise ValueError("a tensor beyond its storage")
    strides = [step * storage.itemsize for step in tensor.strides]
    return as_strided(storage[tensor.offset :], tensor.shape, strides, writeable=False)


def _skip(stream: BinaryIO, pickles: int) -> None:
    for _ in range(pickles):
        for _instruction in pickletools.genops(stream):
            pass


def _follow(stream: BinaryIO, types: dict[str, np.dtype[Any]]) -> Any:
    """What a pickle describes, as far as dictionaries, numbers, strings and tensors go; ``types`` learns each storage's."""
    stack: list[Any] = []
    memory: dict[int, Any] = {}
    for instruction, given, _ in pickletools.genops(stream):
        name, argument = instruction.name, cast(Any, given)
        if name in {"PROTO", "STOP"}:
            continue
        if name in {"BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"}:
            stack.append(argument)
        elif name in {"NONE", "NEWTRUE", "NEWFALSE", "EMPTY_TUPLE", "EMPTY_DICT", "EMPTY_LIST"}:
            empty: Any = {"EMPTY_TUPLE": (), "EMPTY_DICT": {}, "EMPTY_LIST": []}.get(name, name == "NEWTRUE")
            stack.append(empty)
        elif name in {"BINPUT", "LONG_BINPUT"}:
            memory[argument] = stack[-1]
        elif name in {"BINGET", "LONG_BINGET"}:
            stack.append(memory[argument])
        elif name == "MARK":
            stack.append(_Mark())
        elif name in {"TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"}:
            items = _since_mark(stack) if name == "TUPLE" else [stack.pop() for _ in range(int(name[5:]))][::-1]
            stack.append(tuple(items))
        elif name == "APPEND":
            value = stack.pop()
            stack[-1].append(value)
        elif name == "APPENDS":
            items = _since_mark(stack)
            stack[-1].extend(items)
        elif name == "SETITEMS":
            items = _since_mark(stack)
            stack[-1].update(zip(items[::2], items[1::2], strict=True))
        elif name == "SETITEM":
            value, key = stack.pop(), stack.pop()
            stack[-1][key] = value
        elif name == "BUILD":
            stack.pop()  # attributes of the dictionary: versions of modules, not needed
        elif name == "GLOBAL":
            stack.append(_Symbol(argument))
        elif name == "BINPERSID":
            kind, symbol, key, *_rest = stack.pop()
            if kind != "storage":
                raise ValueError(f"a reference to {kind!r}")
            types[key] = _TYPES[symbol.name]
            stack.append(_Storage(key, types[key]))
        elif name == "REDUCE":
            arguments, symbol = stack.pop(), stack.pop()
            stack.append(_rebuilt(symbol.name, arguments))
        else:
            raise ValueError(f"the instruction {name}")
    return stack[-1]


def _rebuilt(symbol: str, arguments: tuple[Any, ...]) -> Any:
    if symbol == _ORDERED and not arguments:
        return {}
    if symbol != _REBUILD:
        raise ValueError(f"a call of {symbol}")
    storage, offset, shape, strides, *_rest = arguments
    return _Tensor(storage, offset, tuple(shape), tuple(strides))


def _since_mark(stack: list[Any]) -> list[Any]:
    items: list[Any] = []
    while not isinstance(item := stack.pop(), _Mark):
        items.append(item)
    return items[::-1]
