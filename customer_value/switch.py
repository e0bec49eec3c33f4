"""Switch readers from one publication to the next.

`customer_value.duckdb` is a link to a file that is never replaced: publications/<when>/customer_value.duckdb. DuckDB opens a
file twice for one `attach`, and takes the header from the first and the data from the second. Where the file itself is
renamed over meanwhile, these are of two publications, and the reader gets an internal error (docs/duckdb_replaced_file.md).
A link is resolved once, before both. The file has the same name in each folder, since DuckDB names a database for it.
"""

import os
import shutil
import time
from datetime import UTC, datetime
from itertools import pairwise

PUBLICATIONS = "publications"
# A reader that has resolved the link opens the file this many seconds later at most.
SECONDS_TO_OPEN = 60


def switch_file(unfinished, target):
    """Make a complete file the published one, in one step, and remove those that were replaced long ago."""
    folder = target.parent / PUBLICATIONS / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    folder.mkdir(parents=True)
    os.replace(unfinished, folder / target.name)
    for changed in (folder, folder.parent):
        handle = os.open(changed, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
    replaced = target.resolve().parent
    # Relative, so that the published folder can be moved and copied.
    unfinished.symlink_to(os.path.join(PUBLICATIONS, folder.name, target.name))
    os.replace(unfinished, target)
    remove_replaced(folder, replaced)


def remove_replaced(current, replaced):
    """Remove the folders of publications that were replaced before the last one, and those that were never switched to."""
    folders = sorted(path for path in current.parent.iterdir() if path.name <= current.name)
    for folder, successor in pairwise(folders):
        if folder != replaced and time.time() - successor.stat().st_mtime > SECONDS_TO_OPEN:
            shutil.rmtree(folder, ignore_errors=True)


def remove_all_replaced(target):
    """Remove every publication but the published one at once, although somebody may be opening one."""
    current = target.resolve().parent
    for folder in current.parent.iterdir():
        if folder != current:
            shutil.rmtree(folder, ignore_errors=True)
