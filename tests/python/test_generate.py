"""The demonstration company: whole, repeatable, and true to its truth."""

import filecmp

import duckdb
import pytest

from customer_value.cli import main
from customer_value.contract import DUCKDB_TYPES, inputs


def generate(raw, *arguments):
    assert main(["generate", "--raw", str(raw), "--customers", "120", "--months", "12", *arguments]) == 0
    return sorted(path.relative_to(raw) for path in raw.rglob("*.parquet"))


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    raw = tmp_path_factory.mktemp("company")
    generate(raw, "--seed", "3")
    return raw


def test_the_same_arguments_give_the_same_files(company, tmp_path):
    files = [str(path) for path in generate(tmp_path / "again", "--seed", "3")]
    assert filecmp.cmpfiles(company, tmp_path / "again", files, shallow=False) == (files, [], [])


def test_another_seed_gives_another_company(company, tmp_path):
    generate(tmp_path / "other", "--seed", "4")
    assert not filecmp.cmp(company / "customers.parquet", tmp_path / "other" / "customers.parquet", shallow=False)


def test_every_input_is_there_with_the_types_of_the_contract(company):
    names = {path.stem if path.is_file() else path.name for path in company.iterdir()}
    assert names == {*inputs(), "truth"}
    with duckdb.connect() as connection:
        for name, contract in inputs().items():
            files = company / name / "*.parquet" if (company / name).is_dir() else company / f"{name}.parquet"
            found = connection.execute(f"describe from read_parquet('{files}')").fetchall()
            columns = {column: DUCKDB_TYPES[kind] for column, kind in contract.columns.items()}
            types = {column: kind for column, kind, *_ in found}
            assert types.items() <= columns.items(), name
            # What need not be there need not be generated either.
            missing = columns.keys() - types.keys()
            assert all(contract.column_metas[column].get("is_optional") for column in missing - {"unreadable_value"}), (
                name
            )


def test_a_companys_own_inputs_are_left_alone(tmp_path, capsys):
    (tmp_path / "customers.parquet").write_text("precious")
    assert main(["generate", "--raw", str(tmp_path)]) == 2
    assert "expected an empty folder" in capsys.readouterr().err
    assert (tmp_path / "customers.parquet").read_text() == "precious"


def test_hazards_follow_the_segments(tmp_path):
    """The mean of each segment's hazards is alpha / (alpha + beta), and those who leave are those with high hazards."""
    generate(tmp_path, "--customers", "6000", "--events-per-customer-month", "0")
    truth = tmp_path / "truth"
    with duckdb.connect() as connection:
        worst = connection.execute(
            f"""
            select max(abs(found - alpha / (alpha + beta)) / spread)
            from (
                select renewal_months, size_name, avg(churn_probability) as found,
                    stddev(churn_probability) / sqrt(count(*)) as spread
                from '{truth / "customers.parquet"}' group by all
            ) join '{truth / "segments.parquet"}' using (renewal_months, size_name)
            """
        ).fetchone()[0]
        left, stayed = (
            connection.execute(
                f"select avg(churn_probability) from '{truth / 'customers.parquet'}' where renewals_to_churn {condition}"
            ).fetchone()[0]
            for condition in ("<= 2", "> 2")
        )
    assert worst < 4
    assert left > 2 * stayed
