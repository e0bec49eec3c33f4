"""compare: hold the marts of two files against each other, cell by cell.

Either file may be a publication or a warehouse. What a refactoring, an engine or another run must not change is proven
with it: rows are compared as multisets, without an order and without a key. With a tolerance, numbers with decimals may differ
by so much between rows that are equal in all else, or by the fourteenth digit: a float has fifteen, and sums and powers lose one.
"""

from collections import defaultdict
from dataclasses import dataclass

import duckdb

from customer_value.errors import InputError
from customer_value.load import literal, quoted

# Marts that say what has changed since an earlier publication: two companies whose publications differ have others, though all they
# know is the same. Comparisons of such companies leave them out.
OF_PUBLICATIONS = ("crm_accounts", "publication_changes", "publication_digest")
SIDES = ("left", "right")
SHOWN_ROWS = 3
# What numbers of many digits may differ by with a tolerance, as a part of themselves.
RELATIVE_TOLERANCE = 1e-13


class DifferenceError(Exception):
    """The marts of the two files differ; what was printed says where."""

    exit_code = 1


@dataclass(frozen=True)
class Comparison:
    """One mart in both files: its rows on either side, those that are equal or within the tolerance, and what differs, a line each."""

    mart: str
    row_counts: dict[str, int]
    equal_row_count: int
    differences: tuple[str, ...]
    close_row_count: int = 0

    def __str__(self):
        counts = ", ".join(f"{count:,} rows on the {side}" for side, count in self.row_counts.items())
        close = f", {self.close_row_count:,} within the tolerance" if self.close_row_count else ""
        return "\n    ".join([f"{self.mart}: {counts}, {self.equal_row_count:,} equal{close}", *self.differences])


def place(side, mart):
    """The copy of a mart, whole: a file may have the name of a side."""
    return f"memory.{quoted(side)}.{quoted(mart)}"


def renames_of(texts):
    """Renamed columns by mart, from texts `mart.old=new`. Raises InputError where a text is not of that form."""
    renames = defaultdict(dict)
    for text in texts:
        place, _, new = text.partition("=")
        mart, _, old = place.partition(".")
        if not (mart and old and new):
            raise InputError(f"--rename: found {text!r}, expected MART.OLD=NEW, for example customer_ltv.segment=plan.")
        renames[mart][old] = new
    return renames


def read_marts(connection, side, file):
    """Copy the marts of a file into the schema `side`: a warehouse's views can be read under its own name only.

    Raises InputError where the file cannot be opened, or holds no marts.
    """
    database = quoted(file.stem)
    try:
        connection.execute(f"attach {literal(file)} as {database} (read_only)")
        marts = connection.execute(
            "select distinct table_name from duckdb_columns() where database_name = ? and schema_name = 'marts'",
            [file.stem],
        ).fetchall()
        for (mart,) in marts:
            connection.execute(f"create table {place(side, mart)} as from {database}.marts.{quoted(mart)}")
        connection.execute(f"detach {database}")
    except duckdb.Error as error:
        raise InputError(f"{file}: cannot be read ({str(error).splitlines()[0]}).") from None
    if not marts:
        raise InputError(f"{file}: found no marts, expected a publication, or a warehouse that was built.")


def columns_of(connection, side):
    """The columns of every mart of a side, by mart."""
    columns = defaultdict(list)
    for mart, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'memory' and schema_name = ? "
        "order by table_name, column_index",
        [side],
    ).fetchall():
        columns[mart].append(column)
    return columns


def rest(side):
    """The rows of a mart that the other side does not have."""
    return f"memory.main.{quoted(f'rest_{side}')}"


def match_close_rows(connection, tolerance):
    """Take those rows out of the rest of both sides that are equal but for numbers within the tolerance. Returns how many they are."""
    types = connection.execute(f"select column_name, column_type from (describe from {rest('left')})").fetchall()
    numbers = [quoted(name) for name, kind in types if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT"))]
    others = [quoted(name) for name, kind in types if quoted(name) not in numbers]
    if not numbers:
        return 0
    partition = f"partition by {', '.join(others)} " if others else ""
    numbered = (
        f"(select *, rowid as row, row_number() over ({partition}order by {', '.join(numbers)}) as n from {rest(side)}) as {side[0]}"
        for side in SIDES
    )
    conditions = [f"l.{name} is not distinct from r.{name}" for name in others]
    conditions += [
        f"(l.{name} is not distinct from r.{name} "
        f"or abs(l.{name} - r.{name}) <= greatest({tolerance}, {RELATIVE_TOLERANCE} * abs(cast(l.{name} as double))))"
        for name in numbers
    ]
    connection.execute(
        f"create or replace table memory.main.close_rows as select l.row as left_row, r.row as right_row "
        f"from {' join '.join(numbered)} on l.n = r.n and {' and '.join(conditions)}"
    )
    for side in SIDES:
        connection.execute(f"delete from {rest(side)} where rowid in (select {side}_row from memory.main.close_rows)")
    return connection.execute("select count(*) from memory.main.close_rows").fetchone()[0]


def comparison_of(connection, mart, columns, left_out, tolerance=0):
    """Compare one mart by the columns that both sides have."""
    names = {side: [name for name in columns[side][mart] if f"{mart}.{name}" not in left_out] for side in SIDES}
    shared = ", ".join(quoted(name) for name in names["left"] if name in names["right"])
    differences, counts, unequal = [], {}, {}
    for side, other in (SIDES, SIDES[::-1]):
        here, there = (f"select {shared} from {place(each, mart)}" for each in (side, other))
        (counts[side],) = connection.execute(f"select count(*) from {place(side, mart)}").fetchone()
        connection.execute(f"create or replace table {rest(side)} as ({here} except all {there})")
        (unequal[side],) = connection.execute(f"select count(*) from {rest(side)}").fetchone()
    close_row_count = match_close_rows(connection, tolerance) if tolerance and unequal["left"] else 0
    for side, other in (SIDES, SIDES[::-1]):
        differences += [f"column {name} is on the {side} only" for name in names[side] if name not in names[other]]
        found = connection.execute(f"from {rest(side)} order by all limit {SHOWN_ROWS}")
        headings = [column[0] for column in found.description]
        for row in found.fetchall():
            cells = ", ".join(f"{name} = {value}" for name, value in zip(headings, row, strict=True))
            differences.append(f"only on the {side}: {cells}")
    return Comparison(mart, counts, counts["left"] - unequal["left"], tuple(differences), close_row_count)


def comparisons(left, right, renames, left_out, tolerance=0):
    """Compare every mart of two files but those that are left out."""
    with duckdb.connect() as connection:
        for side, file in zip(SIDES, (left, right), strict=True):
            connection.execute(f"create schema memory.{quoted(side)}")
            read_marts(connection, side, file)
        for mart, names in renames.items():
            for old, new in names.items():
                try:
                    connection.execute(f"alter table {place('left', mart)} rename {quoted(old)} to {quoted(new)}")
                except duckdb.Error as error:
                    raise InputError(f"--rename: {mart}.{old}: {str(error).splitlines()[0]}") from None
        columns = {side: columns_of(connection, side) for side in SIDES}
        for mart in sorted((columns["left"].keys() | columns["right"].keys()) - left_out):
            (absent, *_) = [side for side in SIDES if mart not in columns[side]] or [None]
            if absent:
                yield Comparison(mart, {}, 0, (f"the {absent} has no such mart",))
            else:
                yield comparison_of(connection, mart, columns, left_out, tolerance)


def compare(left, right, renames=(), left_out=(), tolerance=0):
    """Print how the marts of two files compare: `renames` as MART.OLD=NEW, `left_out` as MART or MART.COLUMN.

    Raises DifferenceError where any cell differs by more than the tolerance, or a column or mart does, and InputError where a file
    cannot be compared.
    """
    found = list(comparisons(left, right, renames_of(renames), set(left_out), tolerance))
    for comparison in found:
        print(comparison)
    differing = [comparison.mart for comparison in found if comparison.differences]
    if differing:
        raise DifferenceError(f"{len(differing)} of {len(found)} marts differ: {', '.join(differing)}.")
    rows = sum(comparison.equal_row_count for comparison in found)
    close = sum(comparison.close_row_count for comparison in found)
    within = f", and {close:,} within {tolerance:.8f}" if close else ""
    print(f"{len(found)} marts are equal, cell by cell: {rows:,} rows{within}.")
