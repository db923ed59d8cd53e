"""Where the pieces are worked on: processes of this machine, or a running Dask cluster."""

import gc
import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing.connection import wait
from typing import Final

import numpy as np

from sops_report.errors import NetworkError, UsageError

_LARGE: Final = (1 << 25) - (1 << 16)  # bytes, a bit less than the 32 MiB that glibc learns from


@contextmanager
def processes(count: int) -> Iterator[Executor | None]:
    """Give an executor of that many processes; None for a single one: this one.

    Where the system can, the processes are forks: what is imported need not be imported again.
    """
    if count <= 1:
        yield None
        return
    import_module("sops_report.fleet.work")
    way = "fork" if sys.platform == "linux" else "spawn"
    context = multiprocessing.get_context(way)
    with ProcessPoolExecutor(count, mp_context=context, initializer=_begin) as pool:
        yield pool


def _begin() -> None:
    """Prepare a worker, so that it needs few new pages of memory: each costs microseconds."""
    gc.freeze()  # to count references in a page that is the parent's too is to copy it
    np.empty(_LARGE, np.uint8)  # whoever gives that back is left (by glibc) what it frees later
    _end_with_parent()


def _end_with_parent() -> None:
    """Let a worker end when its parent was killed: nobody else would tell it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the executor of a Dask cluster.

    Args:
        address: Of its scheduler, as ``tcp://host:8786``.

    Raises:
        UsageError: Dask is not installed, or this is no address.
        NetworkError: No scheduler answers there.
    """
    try:
        dask = import_module("distributed")
    except ImportError:
        raise UsageError("no-dask") from None
    try:
        client = dask.Client(address, timeout="10s", set_as_default=False)
    except (OSError, TimeoutError):
        raise NetworkError("no-scheduler", address=address[:200]) from None
    except (ValueError, TypeError):
        raise UsageError("bad-scheduler", address=address[:200]) from None
    with client:
        yield client.get_executor()
