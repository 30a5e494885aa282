"""What sessions take of the process: how many can have their files open, and memory that goes back."""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

__all__ = ["give_memory_back", "most_awake"]

_EACH: Final = 64
"""Files of a session that is awake: four to eight stores, each with its lock and a reader in some threads."""
_OTHERS: Final = 2_048
"""Files and connections of all else."""


def most_awake(sessions: int) -> int:
    """How many of so many may be awake at a time; asks the system for as much as they need."""
    try:
        import resource  # noqa: PLC0415  POSIX alone has it
    except ImportError:
        return sessions
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = sessions * _EACH + _OTHERS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        new = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (new, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return sessions
    return max(4, min(sessions, (soft - _OTHERS // 2) // _EACH))


def give_memory_back() -> None:
    """Let the system have what is free; glibc keeps what threads have freed, each thread for itself."""
    with suppress(AttributeError, OSError, TypeError):  # another library of C
        ctypes.CDLL(None).malloc_trim(0)
