"""A PostgreSQL server for tests: Debian's package, in a temporary folder, on a port of this machine alone."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path


def program(name):
    """A program of the server, which Debian keeps out of the path."""
    found = [*sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]))]
    where = str(found[-1]) if found else shutil.which(name)
    if where is None:
        raise FileNotFoundError(f"found no {name}, expected PostgreSQL: apt-get install postgresql")
    return where


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


@contextmanager
def server():
    """A server without any data that is kept; the variables that lead to it. It ends with the block."""
    # A server does not run as root.
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    folder = tempfile.mkdtemp(prefix="customer_value_postgres_")
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    port, data = free_port(), f"{folder}/data"
    log = open(f"{folder}/log", "wb")  # noqa: SIM115
    options = {"stdout": log, "stderr": log, "cwd": folder, **identity}
    process = None
    try:
        initial = [
            program("initdb"),
            "-D",
            data,
            "-U",
            "customer_value",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run(initial, check=True, **options)
        given = {
            "port": port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": folder,
            "fsync": "off",
            "shared_buffers": "256MB",
        }
        flags = [flag for name, value in given.items() for flag in ("-c", f"{name}={value}")]
        process = subprocess.Popen([program("postgres"), "-D", data, *flags], **options)
        place = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "customer_value", "PGDATABASE": "customer_value"}
        create = [program("createdb"), "customer_value", "--maintenance-db=postgres"]
        for _ in range(100):
            if subprocess.run(create, env=os.environ | place, capture_output=True).returncode == 0:
                break
            time.sleep(0.2)
        else:
            raise RuntimeError(Path(f"{folder}/log").read_text()[-2000:])
        yield place
    finally:
        if process:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
