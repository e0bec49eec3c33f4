"""One writer at a time: whatever builds, checks or publishes holds the warehouse's lock file.

The lock is the operating system's (flock): it is gone with the process that held it, so that a killed run never leaves a
stale one. What stands in the file only says who holds it.
"""

import fcntl
import json
import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime


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
                    raise BusyError(
                        f"{settings.warehouse}: is in use by {holder_of(file)}. Wait for it to end, or let this run "
                        "wait with --wait SECONDS."
                    ) from None
                time.sleep(min(1, max(0.05, deadline - time.monotonic())))
        held = {"pid": os.getpid(), "command": command, "since": datetime.now(UTC).isoformat(timespec="seconds")}
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(held).encode(), 0)
        yield
    finally:
        os.close(handle)
