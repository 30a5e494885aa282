"""`xdsi-sim` with a disk that fails when it is told to: run as a program, driven by its standard input.

Every write, truncation and sync of SQLite and every write, sync, link, rename and removal of a file below the
data folder is counted. SQLite is reached where it reaches the system, in its VFS, so that all of it is the
real one; Python where it does, in `os` and `io`.

    program ARGUMENTS...       the arguments of xdsi-sim
    fail FIRST TIMES           the FIRST-th call from now fails, and those that follow, TIMES in all
    mend                       nothing fails any more; answers with how many calls were seen since `fail`
"""

from __future__ import annotations

import _sqlite3
import ctypes
import errno
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

FULL, IOERR_FSYNC, IOERR_TRUNCATE = 13, 1034, 1546  # SQLite's codes: no space for what is written
OF_XOPEN = 40  # offset in sqlite3_vfs
METHODS = 19  # of sqlite3_io_methods, version 3
WRITE, TRUNCATE, SYNC = 3, 4, 5  # their places

XOPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
METHOD_TYPES: dict[int, Any] = {
    WRITE: ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_longlong),
    TRUNCATE: ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_longlong),
    SYNC: ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int),
}


class Plan:
    """Which of the calls to come fail."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed = False
        self._seen = self._first = self._times = 0

    def fail(self, first: int, times: int) -> None:
        with self._lock:
            self._armed, self._seen, self._first, self._times = True, 0, first, times

    def mend(self) -> int:
        with self._lock:
            self._armed = False
            return self._seen

    def hits(self) -> bool:
        """Count one call; whether it fails."""
        with self._lock:
            if not self._armed:
                return False
            self._seen += 1
            return self._first <= self._seen < self._first + self._times


PLAN = Plan()
KEPT: list[Any] = []
"""What C points to."""


# --- SQLite


def break_sqlite() -> None:
    """Put our methods into each file that SQLite opens from now on."""
    library: Any = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    slot = ctypes.c_void_p.from_address(library.sqlite3_vfs_find(None) + OF_XOPEN)
    original: Any = XOPEN(slot.value or 0)
    patched: dict[int, Any] = {}

    def open_(vfs: int, name: int, file: int, flags: int, out: int) -> int:
        result: int = original(vfs, name, file, flags, out)
        methods = ctypes.c_void_p.from_address(file)
        if result == 0 and methods.value:
            if methods.value not in patched:
                patched[methods.value] = with_faults(methods.value)
            methods.value = ctypes.addressof(patched[methods.value])
        return result

    ours = XOPEN(open_)
    KEPT.extend((ours, original, patched))
    slot.value = ctypes.cast(ours, ctypes.c_void_p).value


def with_faults(address: int) -> Any:
    """The methods at the address, three of them ours."""
    methods = (ctypes.c_void_p * METHODS).from_buffer_copy(
        ctypes.string_at(address, METHODS * ctypes.sizeof(ctypes.c_void_p))
    )
    for place, code in ((WRITE, FULL), (TRUNCATE, IOERR_TRUNCATE), (SYNC, IOERR_FSYNC)):
        ours = METHOD_TYPES[place](failing(METHOD_TYPES[place](methods[place]), code))
        KEPT.append(ours)
        methods[place] = ctypes.cast(ours, ctypes.c_void_p).value
    return methods


def failing(original: Callable[..., int], code: int) -> Callable[..., int]:
    KEPT.append(original)
    return lambda *arguments: code if PLAN.hits() else original(*arguments)


# --- files


def break_files(folder: Path) -> None:
    """Let calls fail that name a file of the folder, or an open one."""

    def touches(arguments: tuple[Any, ...]) -> bool:
        first = arguments[0]
        return isinstance(first, int) or str(folder) in os.fspath(first)

    def patched(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **more: Any) -> Any:
            if touches(arguments) and PLAN.hits():
                raise no_space()
            return original(*arguments, **more)

        return call

    for name in ("fsync", "link", "rename", "unlink"):
        setattr(os, name, patched(getattr(os, name)))
    original_open = io.open

    def open_(file: Any, mode: str = "r", buffering: int = -1, *more: Any, **named: Any) -> Any:
        if "w" not in mode or "b" not in mode or str(folder) not in str(file):
            return original_open(file, mode, buffering, *more, **named)
        raw = FaultyFile(file, "w")
        return raw if buffering == 0 else io.BufferedWriter(raw)

    io.open = open_  # type: ignore[assignment]


class FaultyFile(io.FileIO):
    def write(self, data: Any) -> int:
        if PLAN.hits():
            raise no_space()
        return super().write(data)


def no_space() -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# --- the program


def listen() -> None:
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "fail":
            PLAN.fail(*map(int, numbers))
            told = 0
        else:
            told = PLAN.mend()
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    break_sqlite()
    break_files(Path(sys.argv[sys.argv.index("--data") + 1]))
    threading.Thread(target=listen, daemon=True).start()
    from xdsi_sim.cli import main

    main()
