"""Support and CRM systems as loaders write them: the tickets, customers and leads that were worked out by hand.

crm_cases.json holds the same facts as each loader writes them, what the seeds say, and the rows that must come of them, and why.
"""

import json
from pathlib import Path

import duckdb
import pytest
from conftest import Company
from connector_rows import nightly_but, plain_row

from customer_value.settings import PROJECT

CASES = json.loads(Path(__file__).with_name("crm_cases.json").read_text())
# dlt's Zendesk stores the customer in a field of the organization's own: the var says which.
VARS = {"dlt": {"zendesk_customer_id_field": "billing_id"}}
LOG = (
    "subscription_id,changed_at,customer_id,status,unit_amount,loaded_at\ns,2026-01-01,cus_delta,expired,1,2026-01-01\n"
)
ROWS = [
    (loader, name)
    for loader, vendors in CASES["tables"].items()
    for name in CASES["rows"]
    if name.split("_")[0] in vendors
]


def write_seeds(warehouse):
    """The company's own rows of the seeds, which are empty in the project."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema definitions")
        names = str(PROJECT / "seeds" / "country_names.csv")
        connection.execute(f"create table definitions.country_names as from read_csv('{names}', all_varchar = true)")
        for seed, value in (("customer_aliases", "source_id"), ("channel_map", "source_value")):
            target = "customer_id" if seed == "customer_aliases" else "channel"
            connection.execute(f"create table definitions.{seed} (source varchar, {value} varchar, {target} varchar)")
            connection.executemany(f"insert into definitions.{seed} values (?, ?, ?)", CASES[seed])


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What the connectors make of a loader's tables: model -> rows; each loader's are built once."""
    built = {}

    def build(loader):
        if loader in built:
            return built[loader]
        company = Company(tmp_path_factory.mktemp(loader), "2026-06-30")
        vendors = CASES["tables"][loader]
        for vendor, tables in vendors.items():
            folder = company.settings.raw / vendor
            folder.mkdir(parents=True)
            for name, rows in tables.items():
                (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        # No company is without its log.
        (company.settings.raw / "subscription_changes.csv").write_text(LOG)
        write_seeds(company.settings.warehouse)
        variables = {"connectors": {vendor: vendor for vendor in vendors}} | VARS.get(loader, {})
        finished = company.dbt(
            "build", "--select", *(f"path:models/connectors/{vendor}" for vendor in vendors), "--exclude-resource-type", "unit_test",
            "--vars", json.dumps(variables),
        )  # fmt: skip
        assert finished.returncode == 0, finished.stdout[-4000:]
        with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
            built[loader] = {
                name: connection.sql(f"from connectors.{name}").to_arrow_table().to_pylist()
                for name in CASES["rows"]
                if name.split("_")[0] in vendors
            }
        return built[loader]

    return build


@pytest.mark.parametrize(
    "row", nightly_but("fivetran", ROWS, lambda row: row[0]), ids=[f"{name}-{loader}" for loader, name in ROWS]
)
def test_a_loader_gives_the_rows_that_were_worked_out_by_hand(found, row):
    loader, name = row
    key = next(column for column in CASES["rows"][name][0] if column != "why")
    rows = {row[key]: plain_row(row) for row in found(loader)[name]}
    expected = {}
    for case in CASES["rows"][name]:
        row = plain_row({column: value for column, value in case.items() if column != "why"})
        if key == "ticket_id":
            # Several systems have tickets here, whose ids may meet.
            row[key] = f"{name.split('_')[0]}:{row[key]}"
        expected[row[key]] = row
        assert rows.get(row[key]) == row, case["why"]
    assert rows.keys() == expected.keys()
