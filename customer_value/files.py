"""The files of an input as they come: one file or a folder of Parquet, CSV, TSV or JSON lines, text with gzip too.

What is text is read as text: customer_value/readings.py says how it becomes the types of the contract. Rows without a
loaded_at were loaded when their file came: what raw/loaded_at.json says of it, else the time of the file when it was first seen,
which is kept beside the warehouse by its content, so that copying a file moves no number.
"""

import codecs
import csv
import gzip
import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import duckdb

from customer_value.errors import InputError

ENDINGS = {
    ".parquet": "Parquet",
    ".csv": "CSV",
    ".tsv": "CSV",
    ".jsonl": "JSON lines",
    ".ndjson": "JSON lines",
    ".json": "JSON lines",
}
EXPECTED = "Parquet, CSV, TSV or JSON lines (.parquet, .csv, .tsv, .jsonl)"
# The column that names the file of a row.
FILE = "file_of_the_row"
SAID = "loaded_at.json"
KEPT = "received_files.json"
# Beside a warehouse: copies of the files that DuckDB cannot read as they are encoded.
COPIES = "in_utf8"


def quoted(name):
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text):
    """A text as an SQL string."""
    return "'" + str(text).replace("'", "''") + "'"


def folded(name):
    """A header or a file's name as the contract writes names: small letters, an underscore for whatever stands between."""
    return re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_")


def format_of(path):
    """The format of a file by its name; None where it is none that is read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    is_packed = suffixes[-1:] == [".gz"]
    found = ENDINGS.get(suffixes[-2 if is_packed else -1]) if len(suffixes) > is_packed else None
    return None if is_packed and found == "Parquet" else found


def name_of(path):
    """The input that a file is named after."""
    return folded(path.name.split(".")[0])


@dataclass(frozen=True)
class Files:
    """The files of one input: the path to name in messages, their format, and the SQL table expression over them."""

    path: Path
    format: str
    paths: list
    # Files that DuckDB cannot read as they are encoded -> their copies in UTF-8.
    copies: dict = field(default_factory=dict)

    @property
    def read_paths(self):
        """The files that are read, in the order of `paths`."""
        return [self.copies.get(path, path) for path in self.paths]

    def in_utf8(self, folder):
        """The same files, with copies in UTF-8 in a folder of those that are UTF-16, or Windows-1252 with a € or a dash.

        Raises InputError where a file is none of these.
        """
        if self.format == "Parquet" or self.is_utf8:
            return self
        odd = [
            path for path in self.paths if self.format != "Parquet" and encoding_of(path) not in ("utf-8", "latin-1")
        ]
        return replace(self, copies={path: utf8_copy(path, folder) for path in odd}) if odd else self

    def unreadable(self, error):
        """What is wrong with files that DuckDB cannot read, in a line."""
        reason = "; ".join(str(error).splitlines()[:2])
        return f"{self.path}: found a file that cannot be read ({reason}), expected {self.format}. Write it again."

    def types(self, connection):
        """Column -> its type, in the order in which the files have them. Raises what DuckDB does where they cannot be read."""
        described = connection.execute(f"describe select * from {self.relation()}").fetchall()
        return {name: kind for name, kind, *_ in described}

    def relation(self, with_file=False):
        """The files as an SQL table expression, whose texts are texts; with_file names the file of each row."""
        named = f", filename = {literal(FILE)}" if with_file else ""
        listed = f"[{', '.join(map(literal, self.read_paths))}]"
        if self.format == "Parquet":
            # Of thousands of files a pattern is the shorter list.
            is_plain = self.path.is_dir() and all(path.suffix == ".parquet" for path in self.paths)
            source = literal(self.path / "**" / "*.parquet") if is_plain else listed
            return f"read_parquet({source}, union_by_name = true, hive_partitioning = false{named})"
        if self.format == "CSV":
            # A row that is too short lacks its last columns; what stands in quotes may hold ends of lines.
            dialect = (
                f"delim = {literal(self.delimiter)}, quote = '\"', escape = '\"', comment = '', sample_size = -1, "
                "null_padding = true, parallel = false"
            )
            encoding = "" if self.is_utf8 else ", encoding = 'latin-1'"
            return f"read_csv({listed}, header = true, all_varchar = true, union_by_name = true, {dialect}{encoding}{named})"
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in self.keys)
        return f"read_json({listed}, columns = {{{columns}}}{named})"

    @cached_property
    def keys(self):
        """The keys of the objects of JSON files, in the order in which they come."""
        listed = f"[{', '.join(map(literal, self.read_paths))}]"
        query = f"describe select * from read_json({listed}, union_by_name = true, sample_size = -1, maximum_depth = 1)"
        return [name for name, *_ in duckdb.execute(query).fetchall()]

    @cached_property
    def is_utf8(self):
        """Whether CSV files are UTF-8; else they are Latin-1, as Excel writes them in Western Europe."""
        return all(map(is_utf8, self.read_paths))

    @cached_property
    def delimiter(self):
        """What separates the columns of CSV files, by their headers; a comma where nothing does."""
        unquoted = re.sub(r'"[^"]*"', "", "".join(map(header_of, self.read_paths)))
        return max(",;\t|", key=unquoted.count)

    def beyond_header(self, names):
        """Columns among some that no header of CSV files names: rows that are too long have them."""
        if self.format != "CSV":
            return []
        headers = [next(csv.reader([header_of(path)], delimiter=self.delimiter), []) for path in self.read_paths]
        # A column without a name is called by its place likewise, as the index that some tools write first.
        unnamed = {f"column{n}" for header in headers for n, name in enumerate(header) if not name.strip()}
        known = unnamed.union(*headers)
        return [name for name in names if re.fullmatch(r"column\d+", name) and name not in known]


def opened(path):
    """A file of text, unpacked, as bytes."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else open(path, "rb")


def content_hash(path):
    """What tells the content of a file from any other."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def header_of(path):
    """The first line of a file, as text."""
    with opened(path) as file:
        return file.readline().decode("utf-8-sig", "replace").strip("\r\n")


def is_utf8(path):
    """Whether a file of text is UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with opened(path) as file:
        try:
            while block := file.read(1 << 22):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def encoding_of(path):
    """How a file of text is encoded: utf-8, utf-16 by its first bytes, latin-1, or cp1252 where it has characters of that alone."""
    if is_utf8(path):
        return "utf-8"
    with opened(path) as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        while block := file.read(1 << 22):
            if any(128 <= byte < 160 for byte in set(block)):
                return "cp1252"
    return "latin-1"


def utf8_copy(path, folder):
    """A copy of a file of text in UTF-8, named by its content; it is there already where the file was seen before."""
    copy = folder / f"{content_hash(path)}.txt"
    if copy.exists():
        return copy
    encoding = encoding_of(path)
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = copy.with_name(f"{copy.name}.{os.getpid()}.tmp")
    try:
        with opened(path) as file, open(unfinished, "wb") as written:
            shutil.copyfileobj(codecs.EncodedFile(file, "utf-8", encoding), written)
    except UnicodeDecodeError as error:
        unfinished.unlink()
        raise InputError(
            f"{path}: found {error.object[error.start : error.start + 1]!r}, which is no character of {encoding}. Save it as UTF-8."
        ) from None
    os.replace(unfinished, copy)
    return copy


def paths_in(folder):
    """What a folder holds, in the order of its names; nothing where there is no such folder."""
    return sorted(folder.iterdir()) if folder.is_dir() else []


def files_of(raw, name):
    """The files of an input; None where it is absent.

    Raises InputError where a folder holds no data or several formats, or the input is there twice.
    """
    found = [path for path in paths_in(raw) if name_of(path) == name and (path.is_dir() or format_of(path))]
    if len(found) > 1:
        raise InputError(
            f"{name}: found {' and '.join(map(str, found))}, expected one of them. Remove what is out of date."
        )
    if not found:
        return None
    return files_at(*found)


def files_at(path):
    """The files of a file or folder.

    Raises InputError where a folder holds no data or several formats.
    """
    paths = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file() and format_of(each))
    formats = sorted({format_of(each) for each in paths})
    if not paths:
        raise InputError(f"{path}: found no file of data, expected {EXPECTED}. Add one, or remove the folder.")
    if len(formats) > 1:
        raise InputError(f"{path}: found {' and '.join(formats)}, expected one format. Keep the files of one of them.")
    return Files(path, formats[0], paths)


def strangers(raw, names):
    """Files of data in the raw folder that are named after no input, in the order of their names."""
    return [path for path in paths_in(raw) if format_of(path) and path.is_file() and name_of(path) not in names]


def kept(warehouse):
    """What is kept beside a warehouse of the files without loaded_at: the as-of day, and when each content was first seen."""
    file = warehouse.with_name(KEPT)
    return json.loads(file.read_text()) if file.exists() else {}


def keep(warehouse, content):
    """Keep it, in one step."""
    if content == kept(warehouse):
        return
    file = warehouse.with_name(KEPT)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{KEPT}.{os.getpid()}.tmp")
    unfinished.write_text(json.dumps(content, indent=1))
    os.replace(unfinished, file)


def said_times(raw):
    """What raw/loaded_at.json says of files: path within the folder -> instant in UTC.

    Raises InputError where it cannot be read.
    """
    file = raw / SAID
    if not file.exists():
        return {}
    try:
        said = json.loads(file.read_text())
        times = {name: datetime.fromisoformat(time) for name, time in said.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise InputError(
            f"{file}: cannot be read ({error}), expected the time of each file: "
            '{"subscription_changes/2026-03.csv": "2026-03-31T18:00:00"}.'
        ) from None
    return {name: time.astimezone(UTC).replace(tzinfo=None) if time.tzinfo else time for name, time in times.items()}


def load_times(raw, warehouse, paths):
    """When each of some files came, by path: as it is said, else as it was when its content was first seen."""
    said, known = said_times(raw), kept(warehouse)
    seen = known.setdefault("files", {})
    times = {}
    for path in paths:
        name = str(path.relative_to(raw))
        if name in said:
            times[path] = said[name]
            continue
        content = content_hash(path)
        changed = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None, microsecond=0)
        times[path] = datetime.fromisoformat(seen.setdefault(content, changed.isoformat()))
    keep(warehouse, known)
    return times


def loaded_at_expression(times, as_of):
    """The time of a row's file as SQL; not after the as-of day, for what a company gives as of a day it knew then."""
    end = f"timestamp '{as_of} 23:59:59'"
    cases = " ".join(
        f"when {literal(path)} then least(timestamp '{time:%Y-%m-%d %H:%M:%S}', {end})" for path, time in times.items()
    )
    return f"case {quoted(FILE)} {cases} end"
