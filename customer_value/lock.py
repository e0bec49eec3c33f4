"""One writer at a time: whatever builds, checks or publishes holds the warehouse's lock file.

The lock is the operating system's (flock): it is gone with the process that held it, so that a killed run never leaves a
stale one. What stands in the file only says who holds it.
"""

import fcntl
import json
import os
import time
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime

from customer_value.server import server_of


class BusyError(Exception):
    """Another run holds the lock. The message names its process."""

    exit_code = 3


def holder_of(file):
    """Who wrote last into the lock file, in words."""
    try:
        held = json.loads(file.read_text())
        return f"process {held['pid']} ({held['command']}, since {held['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"


def in_use(place, holder):
    """The error of a place that another run holds."""
    return BusyError(f"{place}: is in use by {holder}. Wait for it to end, or let this run wait with --wait SECONDS.")


@contextmanager
def writer_lock(settings, command, wait_seconds=0):
    """Hold the warehouse's lock. What is started meanwhile inherits it and keeps it for as long as it lives.

    Raises BusyError where another run holds it and does not let go within `wait_seconds`.
    """
    file = settings.warehouse.with_name(settings.warehouse.name + ".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(handle, True)
    deadline = time.monotonic() + wait_seconds
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise in_use(settings.warehouse, holder_of(file)) from None
                time.sleep(min(1, max(0.05, deadline - time.monotonic())))
        held = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(held).encode(), 0)
        # A run on another machine has another file.
        server = server_of(settings)
        with server.lock(command, max(0, deadline - time.monotonic()), in_use) if server else nullcontext():
            yield
    finally:
        os.close(handle)
