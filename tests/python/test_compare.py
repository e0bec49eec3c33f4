"""compare: marts of two files, cell by cell."""

import shutil

import duckdb
import pytest

from customer_value.cli import main


@pytest.fixture
def compared(tmp_path, capsys):
    """A function that writes a file of marts for each side and compares them: the exit code and what was printed."""

    def compare(left, right, *arguments):
        for side, statements in (("a", left), ("b", right)):
            file = tmp_path / side / "left.duckdb"
            file.parent.mkdir(exist_ok=True)
            file.unlink(missing_ok=True)
            with duckdb.connect(str(file)) as connection:
                connection.execute("create schema marts")
                for name, query in statements.items():
                    connection.execute(f"create table marts.{name} as {query}")
        files = ["--left", str(tmp_path / "a" / "left.duckdb"), "--right", str(tmp_path / "b" / "left.duckdb")]
        code = main(["compare", *files, *arguments])
        output = capsys.readouterr()
        return code, output.out + output.err

    return compare


TWO_MONTHS = "select * from (values ('2026-01', 1.5), ('2026-02', null)) as months (activity_month, mrr_amount)"


def test_equal_marts_are_equal_in_any_order(compared):
    code, output = compared({"m": f"{TWO_MONTHS} order by 1"}, {"m": f"{TWO_MONTHS} order by 1 desc"})
    assert code == 0 and "1 marts are equal, cell by cell: 2 rows." in output


def test_a_cell_that_differs_is_shown(compared):
    code, output = compared({"m": TWO_MONTHS}, {"m": TWO_MONTHS.replace("null", "0")})
    assert code == 1 and "m: 2 rows on the left, 2 rows on the right, 1 equal" in output
    assert "only on the left: activity_month = 2026-02, mrr_amount = None" in output
    assert "only on the right: activity_month = 2026-02, mrr_amount = 0" in output


def test_a_row_that_stands_twice_differs_from_one_that_stands_once(compared):
    code, output = compared({"m": TWO_MONTHS}, {"m": f"{TWO_MONTHS} union all {TWO_MONTHS}"})
    assert code == 1 and "4 rows on the right, 2 equal" in output


def test_a_mart_or_a_column_on_one_side_only_is_a_difference(compared):
    code, output = compared({"m": TWO_MONTHS, "n": "select 1 as x"}, {"m": f"select *, 1 as y from ({TWO_MONTHS})"})
    assert code == 1 and "column y is on the right only" in output and "the right has no such mart" in output
    code, output = compared(
        {"m": TWO_MONTHS, "n": "select 1 as x"},
        {"m": f"select *, 1 as y from ({TWO_MONTHS})"},
        "--leave-out",
        "n",
        "--leave-out",
        "m.y",
    )
    assert code == 0, output


def test_renamed_columns_are_compared_under_their_new_name(compared):
    renamed = {"m": f"select activity_month as month, mrr_amount from ({TWO_MONTHS})"}
    code, output = compared({"m": TWO_MONTHS}, renamed, "--rename", "m.activity_month=month")
    assert code == 0, output
    code, output = compared({"m": TWO_MONTHS}, renamed, "--rename", "activity_month=month")
    assert code == 2 and "expected MART.OLD=NEW" in output
    code, output = compared({"m": TWO_MONTHS}, renamed, "--rename", "m.no_column=month")
    assert code == 2 and "no_column" in output, output


def test_files_without_marts_are_refused(compared, tmp_path, capsys):
    code, output = compared({}, {"m": TWO_MONTHS})
    assert code == 2 and "found no marts" in output
    assert main(["compare", "--left", str(tmp_path / "none.duckdb"), "--right", str(tmp_path / "none.duckdb")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_publication_equals_its_warehouse(demo, tmp_path, capsys):
    """Also where both files have one name: a warehouse's views must not read the other file."""
    publication = demo.settings.published / "customer_value.duckdb"
    shutil.copy(publication, tmp_path / demo.settings.warehouse.name)
    files = ["--left", str(demo.settings.warehouse), "--right", str(tmp_path / demo.settings.warehouse.name)]
    assert main(["compare", *files]) == 0, capsys.readouterr()


def test_large_numbers_may_differ_by_the_fourteenth_digit_where_there_is_a_tolerance(compared):
    """A float has fifteen digits: two engines agree on 12 million to the seventh place."""
    arguments = ["--tolerance", "0.00000001"]
    for left, right, code in [
        ("12345678.00000000", "12345678.00000100", 0),
        ("12345678.00000000", "12345678.00000200", 1),
        ("1.00000000", "1.00000001", 0),
        ("1.00000000", "1.00000002", 1),
    ]:
        marts = [{"m": f"select {each}::decimal(28, 8) as amount"} for each in (left, right)]
        assert compared(*marts, *arguments)[0] == code, (left, right)
        assert left == right or compared(*marts)[0] == 1
