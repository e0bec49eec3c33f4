"""What a command says while it runs: lines of text for a person, or a line of JSON each for a log collector.

Nothing is coloured but what dbt prints with --verbose on a terminal, and not that where NO_COLOR is set (no-color.org).
"""

import json
import os
import re
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

TEXT, JSON = FORMATS = ("text", "json")
# A line whose first word is one of these is more than information.
LEVELS = {"warning": "warning", "conflict": "warning", "withheld": "warning", "failed": "error", "critical": "error"}
CODES_OF_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
ERRORS = "error.log"


class Terminal:
    """How lines are shown: of the command line there is one."""

    def __init__(self):
        self.log_format, self.is_verbose, self.folder, self.is_pending = TEXT, False, None, False
        # Whether a summary follows, which says what is unusual.
        self.has_summary = False

    def set_up(self, settings):
        """Take the format from the settings, and the folder for what is no news: that of the warehouse."""
        self.log_format, self.is_verbose = settings.log_format, settings.verbose
        self.folder, self.has_summary = settings.warehouse.parent, False

    @property
    def is_json(self):
        return self.log_format == JSON

    @property
    def is_live(self):
        """Whether somebody looks on who may be shown how far a step is."""
        return not self.is_json and not self.is_verbose and sys.stdout.isatty()

    @property
    def has_colours(self):
        return not self.is_json and sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    def say(self, text, event="message", file=None, **fields):
        """Print what happened: its text, or as one object with a time, a level and the fields of the event."""
        self.clear()
        if not self.is_json:
            print(text, file=file, flush=True)
            return
        level = fields.pop("level", None) or LEVELS.get(text.partition(":")[0], "info")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        said = {"time": at, "level": level, "event": event, **fields, "text": text}
        print(json.dumps(said, default=str), file=file, flush=True)

    def show(self, text):
        """Show how far a step is, in the place of what was shown before; nobody reads it later."""
        if self.is_live:
            print(f"\r\x1b[K{text}", end="", flush=True)
            self.is_pending = True

    def clear(self):
        """Take away what `show` has shown."""
        if self.is_pending:
            print("\r\x1b[K", end="", flush=True)
            self.is_pending = False

    def confess(self, error):
        """Say of an error that nobody foresaw what and where it is, in one line; its traceback is in a file, or follows with
        --verbose."""
        details = "".join(traceback.format_exception(error))
        frames = traceback.extract_tb(error.__traceback__)
        place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
        place += "" if self.is_verbose else f"; the traceback is in {self.kept(details)}"
        self.say(
            f"Unexpected error: {described(error)}{place}. It is a fault of the program: please report it.",
            "unexpected_error",
            sys.stderr,
            level="error",
            **({"traceback": details} if self.is_json else {}),
        )
        if self.is_verbose and not self.is_json:
            print(details, file=sys.stderr, flush=True)

    def kept(self, details):
        """Write a traceback beside the warehouse, else where temporary files are; the file."""
        for folder in filter(None, (self.folder, tempfile.gettempdir())):
            file = Path(folder) / ERRORS
            with suppress(OSError):
                file.write_text(details)
                return file
        return "no file, for none can be written: see --verbose"


terminal = Terminal()
say = terminal.say


def counted(count, one):
    """A number of things in words: 1 row, 2 rows."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def described(error):
    """An error in one line, with its kind where its text would say nothing without it."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def lines_in(file):
    """The lines of a log of dbt, without colours and times."""
    text = CODES_OF_COLOUR.sub("", file.read_text(errors="replace")) if file.exists() else ""
    return [re.sub(r"^\d\d:\d\d:\d\d +", "", line).rstrip() for line in text.splitlines()]
