"""The rules of the house: where things stand, what they are called, how long they may be."""

import re

import pytest
import yaml

from customer_value.settings import PROJECT

MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MACROS = sorted((PROJECT / "macros").rglob("*.sql"))

# Models that may be longer, and why.
LONG_MODELS = {
    "contract_renewals": 103,  # a term's dates, money, price rises, health and outcome
    "feature_stickiness": 101,  # two retentions with their intervals, and their difference with its own
    "int_expansion_moves": 119,  # three kinds of expansion, each by its own rule
    "int_item_terms": 104,  # what each term needs later, carried through three steps
    "int_onboarded_customers": 107,  # who is judged, and each step with all of them together
    "int_renewal_items": 101,  # both sides of a renewal, with what belongs to each
    "int_renewal_prices": 111,  # two price rises, each with what it is compared to
    "int_subscription_log": 101,  # every term of the log
    "int_contract_periods": 121,  # what each entry's neighbours say of its own dates
    "customers": 110,  # all that is known of a customer, a column a fact
    "int_health_facts": 109,  # eight inputs side by side
    "int_movement_causes": 103,  # three steps and three causes, each by name
    "int_sbg_fits": 132,  # eight steps of one method, with what they need
    "int_usage_days": 204,  # the full and the incremental way, in one model
    "int_monthly_users_and_features": 128,  # which months to derive again, and the two kinds of uses
    "nps_monthly": 101,  # a score with its error, its interval and its change
    "revenue_bridge": 112,  # every step a column
}


def name_of(path):
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_model(path):
    sql = path.read_text()
    lines = sql.splitlines()
    assert lines[0].startswith("-- Grain: one row"), "line 1 says the grain"
    assert path.with_suffix(".yml").exists(), "a model's yml stands beside it"
    (model,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
    assert model["name"] == path.stem and model["description"]
    folders = path.relative_to(PROJECT / "models").parts[:-1]
    assert len(folders) <= 2, "models stand at most two folders deep"
    assert len(lines) <= LONG_MODELS.get(path.stem, 52 if path.stem.startswith("stg_") else 100), (
        "a model fits on a page"
    )
    # `select *` only in import CTEs: a version number may stand beside it, a list of columns may not.
    for star in re.finditer(r"select\s+\*|\w+\.\*", sql):
        assert re.match(r"select\s+\*(,[^)]*\([\s\S]*?)?\s*(from|,)", sql[star.start() :]), star.group()
    assert "current_date" not in sql and "now()" not in sql, "no clock: every number is as of the as-of day"
    assert not re.search(r"\b(final|base|tmp|temp)\s+as\s*\(", sql), "a CTE is named for what it holds"


@pytest.mark.parametrize("path", [*MODELS, *MACROS], ids=name_of)
def test_engines_differ_in_portable_macros_only(path):
    sql = path.read_text()
    if "portable" not in path.parts:
        assert "target.type" not in sql and "adapter.dispatch" not in sql


@pytest.mark.parametrize("path", [path for path in MODELS if "marts" in path.parts], ids=name_of)
def test_every_column_of_a_mart_is_described(path):
    (model,) = yaml.safe_load(path.with_suffix(".yml").read_text())["models"]
    for column in model["columns"]:
        assert column["description"] and column["data_type"]
        # A description that only repeats the name says nothing.
        assert column["description"].lower().strip(".") != column["name"].replace("_", " ")


def test_the_contract_is_declared_once():
    declared = [path for path in (PROJECT / "models").rglob("*.yml") if "\nsources:" in path.read_text()]
    assert [path.name for path in declared] == ["_sources.yml"]


def test_mrr_amount_is_found_from_mart_to_raw():
    """The road of the headline, model by model: each names the column and reads the one before."""
    road = [
        ("marts/revenue/mrr_monthly", "int_mrr_month_totals"),
        ("intermediate/int_mrr_month_totals", "int_customer_movements"),
        ("intermediate/int_customer_movements", "int_customer_months"),
        ("intermediate/int_customer_months", "int_subscription_item_months"),
        ("intermediate/int_subscription_item_months", "int_subscription_periods"),
        ("intermediate/int_subscription_periods", "int_subscription_log"),
        ("intermediate/int_subscription_log", "stg_subscription_changes"),
    ]
    for model, source in road:
        sql = (PROJECT / "models" / f"{model}.sql").read_text()
        assert re.search(r"mrr_(own_)?amount", sql) and f"ref('{source}')" in sql, model


def test_the_readme_is_short():
    assert len((PROJECT / "README.md").read_text().splitlines()) <= 120
