"""The tests are tested: every reconciliation test, rule, key and expectation is seen to fail on a row broken on purpose."""

import json
import shutil

import duckdb
import pytest
from breaks import BY_HAND, DataTests
from conftest import Company

from customer_value.check import NOT_EVALUATED, validate
from customer_value.contract import DUCKDB_TYPES, inputs
from customer_value.settings import PROJECT
from customer_value.summary import failures_of
from expectations import marts, raw

MONTH = "(select max(activity_month) from marts.mrr_monthly)"

# A metric that is not what was published first.
RESTATED = "update history.first_known_metrics set metric_value = metric_value + 1 where rowid = 0"

# An earlier publication with another MRR, of which no change is told.
PUBLISHED = (
    "insert into history.known_levels select * replace ('before' as build_id, level_amount - 0.01 as level_amount) "
    "from history.known_levels where level_kind = 'company'"
)

# Weights of a fit that the mart does not show: the company is too small to have any.
LEARNED = "insert into intermediate.int_health_weights (fit_month, signal_name, learned_weight) values ('2026-01-01', 'nps', 1)"

# By reconciliation test: the statement that breaks one row for it. A mart that is a view is broken in the model it shows.
RECONCILIATION = {
    "rejected_shares_are_within_the_limit": "update marts.input_reconciliation set exceeds_max_rejected_rate = true "
    "where input_name = 'leads'",
    "nothing_is_lost": "update marts.input_reconciliation set staged_row_count = staged_row_count - 1 "
    "where input_name = 'users'",
    "mrr_identity": "delete from intermediate.int_mrr_movements where rowid = (select min(rowid) from intermediate.int_mrr_movements "
    "where movement_type = 'new')",
    "months_are_of_known_customers": "insert into intermediate.int_customer_movements select * replace ('nobody' as customer_id) "
    "from intermediate.int_customer_movements limit 1",
    "opening_is_last_closing": "update intermediate.int_customer_movements "
    f"set opening_mrr_amount = opening_mrr_amount + 0.00000001 where activity_month = {MONTH} "
    "and customer_id = (select min(customer_id) from intermediate.int_customer_movements)",
    "monthly_equals_customer_months": "update marts.mrr_monthly set closing_mrr_amount = closing_mrr_amount + 0.01 "
    "where activity_month = (select min(activity_month) from marts.mrr_monthly)",
    "cohorts_sum_to_mrr": "update marts.cohort_retention set mrr_amount = mrr_amount + 0.01 where rowid = "
    "(select min(rowid) from marts.cohort_retention where cohort_dimension = 'country')",
    "dimensions_sum_to_mrr_monthly": "update marts.mrr_by_dimension_monthly set expansion_mrr_amount = expansion_mrr_amount + 0.01 "
    "where dimension_name = 'country' and rowid = (select max(rowid) from marts.mrr_by_dimension_monthly "
    "where dimension_name = 'country')",
    "customers_and_subscriptions_sum_to_mrr": "update marts.subscriptions set mrr_amount = mrr_amount + 0.01 "
    "where subscription_id = (select min(subscription_id) from marts.subscriptions)",
    "bridge_leads_from_mrr_to_money": "update marts.revenue_bridge set net_collected_amount = net_collected_amount + 0.01 "
    "where activity_month = (select min(activity_month) from marts.revenue_bridge)",
    "survival_counts_the_churns_of_the_bridge": "update marts.retention_parameters set churn_count = churn_count + 1 "
    "where parent_survival_segment = 'all' and rowid = (select min(rowid) from marts.retention_parameters "
    "where parent_survival_segment = 'all')",
    "lifetime_values_sum_to_the_whole": "update marts.ltv_by_segment set total_ltv_amount = total_ltv_amount + 0.01 "
    "where cohort_dimension = 'country' and rowid = (select min(rowid) from marts.ltv_by_segment "
    "where cohort_dimension = 'country')",
    "unit_economics_sum_to_customers_and_spend": "update marts.unit_economics set lead_count = lead_count + 1 "
    "where rowid = 0",
    "nps_counts_every_answer": "update marts.nps_monthly set response_count = response_count + 1 "
    "where nps_dimension = 'size' and nps_window = 'year' and rowid = (select max(rowid) from marts.nps_monthly "
    "where nps_dimension = 'size' and nps_window = 'year')",
    "segments_hold_every_active_customer": "update marts.segment_summary set customer_count = customer_count + 1 "
    "where rowid = 0",
    "migrations_lead_from_month_to_month": "update marts.segment_migrations set closing_mrr_amount = closing_mrr_amount + 0.01 "
    "where rowid = 0",
    "alerts_match_the_band_changes": "delete from marts.health_alerts where rowid = (select max(rowid) from marts.health_alerts where month(opened_date) = 8)",
    "alerts_sum_to_the_backtest": "delete from marts.health_alerts where rowid = (select min(rowid) from marts.health_alerts "
    "where opened_date = (select min(opened_date) from marts.health_alerts))",
    "training_set_matches_the_backtest": "update marts.health_backtest set churn_count = churn_count + 1 where period_name = 'all' and split_name = 'all'",
    "model_scores_are_compared_where_both_are_known": "update marts.model_score_backtest set churn_count = churn_count + 1 where period_name = 'all'",
    "action_outcomes_count_every_observed_action": "update marts.action_outcomes set case_count = case_count + 1 "
    "where play = 'all'",
    "attributes_are_those_that_were_stated": "update marts.customer_attributes set attribute_value = 'nobody' where rowid = "
    "(select min(rowid) from marts.customer_attributes where attribute_name = 'account_owner')",
    "targets_are_held_against_the_months": "update marts.target_attainment set actual_value = actual_value + 0.00000001 "
    "where rowid = (select min(rowid) from marts.target_attainment "
    "where metric_name = 'closing_mrr_amount' and actual_value is not null)",
    "receivables_sum_to_the_bridge": "update marts.receivables set open_amount = open_amount + 0.01 where rowid = 0",
    "crm_accounts_hold_every_customer": "update marts.crm_accounts set mrr_amount = mrr_amount + 0.01 where rowid = 0",
    "segments_of_ltv_hold_their_customers": "delete from marts.customer_ltv_segments where rowid = 0",
    "every_published_range_is_shown": "delete from marts.metric_benchmarks where rowid = 0",
    "bills_sum_to_the_bridge": "update marts.customer_bills set total_amount = total_amount + 0.01 where rowid = 0",
    "expected_losses_sum_to_the_list": "update marts.expected_loss_monthly set customer_count = customer_count + 1",
    "expected_cash_is_of_every_offer_and_term": "update marts.expected_cash_monthly set due_mrr_amount = due_mrr_amount + 1000 "
    "where cash_source = 'renewal' and is_partial_month",
    "every_annotation_is_shown": "delete from marts.annotations where rowid = 0",
    "churn_estimates_agree": "update marts.customer_health set churn_probability_90d = 0",
    "priority_backtest_sums_to_its_months": "update marts.priority_backtest set found_mrr_amount = found_mrr_amount - 0.01 "
    "where period_name = 'all' and priority_order = 'mrr' and list_share_rate = 0.2",
    "plays_answer_trouble": "update marts.customer_segments set play_driver = null "
    "where customer_id = (select min(customer_id) from marts.customer_segments where play_driver = 'urgent_tickets')",
    "points_lost_explain_the_score": "update marts.customer_health set health_score = health_score + 0.01 "
    "where customer_id = (select min(customer_id) from marts.customer_health where health_score is not null)",
    "health_model_holds_every_fit": LEARNED,
    "health_backtest_sums_to_its_cases": "update marts.health_backtest set case_count = case_count + 1 "
    "where period_name = 'all' and split_name = 'decile' and split_value = '1'",
    "every_monthly_payer_has_every_offer": "update marts.annual_offers set mrr_amount = mrr_amount + 0.01 where rowid = 0",
    "winback_holds_every_lost_customer": "delete from marts.winback_candidates where rowid = 0",
    "running_terms_hold_all_mrr_on_fixed_terms": "update marts.contract_renewals set mrr_amount = mrr_amount + 0.01 "
    "where term_id = (select min(term_id) from marts.contract_renewals where is_running)",
    "funnel_counts_every_lead_and_customer": "update marts.lifecycle_funnel set standing_count = standing_count + 1 "
    "where funnel_stage = 'lead' and acquisition_channel = 'all' and lead_month is null",
    "lifecycle_holds_every_customer_month": "delete from intermediate.int_lifecycle_months where rowid = "
    "(select min(rowid) from intermediate.int_lifecycle_months where mrr_amount > 0)",
    "expansion_candidates_are_well": "update marts.expansion_candidates set mrr_amount = mrr_amount + 0.01 where rowid = 0",
    "onboarding_cohorts_sum_to_all": "update marts.onboarding_cohorts set customer_count = customer_count + 1 "
    "where cohort_month is null and step_name = 'reports'",
    "features_split_the_same_customers": "update marts.feature_stickiness set adopter_count = adopter_count + 1, "
    "other_count = other_count - 1 where feature_name = 'reports' and months_since_cohort = 3",
    "playbook_counts_every_customer": "update marts.playbook_outcomes set customer_count = customer_count + 1 where rowid = 0",
    "health_monthly_sums_to_mrr_monthly": "update marts.health_monthly set customer_count = customer_count + 1 where rowid = 0",
    "customers_renew_with_their_first_running_term": "update marts.customers set next_renewal_date = next_renewal_date + 1 "
    "where customer_id = (select min(customer_id) from marts.customers where next_renewal_date is not null)",
    "money_is_of_every_row": "update marts.input_amounts set row_count = row_count + 1 where rowid = 0",
    # Not the open one that plays_answer_trouble needs.
    "every_ticket_is_shown": "delete from marts.support_tickets "
    "where ticket_id = (select min(ticket_id) from marts.support_tickets where not is_open)",
    "every_segment_has_its_curve": "delete from marts.retention_curves where survival_segment = 'all' and period_number = 0",
    "unit_economics_of_months_sum_to_channels": "update marts.unit_economics_monthly "
    "set new_customer_count = new_customer_count + 1 where rowid = 0",
    "channels_sum_to_all_channels": "update marts.channel_economics set new_customer_count = new_customer_count + 1 "
    "where acquisition_channel = 'all' and window_name = 'last_12_months'",
    "restatements_hold_every_difference": RESTATED,
    "publication_changes_sum_to_mrr": PUBLISHED,
    "backtest_sums_to_its_customers": "update marts.ltv_backtest set customer_count = customer_count + 1 "
    "where prediction_decile = 1 and survival_segment = 'all'",
    "forecasts_start_from_all_mrr": "update marts.mrr_forecast_backtest "
    "set actual_mrr_amount = actual_mrr_amount + 0.01 where rowid = 0",
    "churn_events_sum_to_mrr": "update marts.churn_events set churned_mrr_amount = churned_mrr_amount + 0.01 where rowid = 0",
    "trials_are_counted_once": "update marts.trial_conversions set trial_count = trial_count + 1 where rowid = 0",
    "weeks_end_as_months_do": "update marts.activity_weekly set paying_customer_count = paying_customer_count + 1",
    "churn_splits_sum_to_mrr": "update marts.churn_monthly set opening_customer_count = opening_customer_count + 1 "
    "where rowid = (select min(rowid) from marts.churn_monthly where churn_split = 'plan')",
}

# By mart and rule: a statement that breaks it, and no rule above it. Some, to see them named by a real run of dbt.
MORE_RULES = {
    ("mrr_movements", "gains_are_positive"): "update intermediate.int_mrr_movements set movement_amount = -1 "
    "where movement_type = 'new'",
    ("mrr_monthly", "gross_retention_is_a_share"): "update marts.mrr_monthly set grr_12m_rate = 1.01 where rowid = 15",
    ("cohort_retention", "logo_retention_is_a_share"): "update marts.cohort_retention set logo_retention_rate = 1.01, "
    "retained_on_or_after_rate = 1.01 where months_since_cohort > 0",
    (
        "customer_ltv",
        "nothing_expected_is_negative",
    ): "update marts.customer_ltv set max_cac_amount = -1 where rowid = 0",
    ("retention_parameters", "alpha_is_within_its_bounds"): "update marts.retention_parameters set alpha = 0.001 "
    "where survival_segment = 'month' and alpha is not null",
    ("retention_curves", "survival_is_a_share"): "update marts.retention_curves set fitted_survival_rate = -0.01 "
    "where rowid = 0",
    ("ltv_monthly", "churn_is_a_share"): "update marts.ltv_monthly set trailing_churn_rate = 1.01 where rowid = 0",
    ("annual_offers", "break_even_is_a_share"): "update marts.annual_offers set break_even_discount_rate = 1.01 "
    "where rowid = 0",
}

# By mart and position in its suite: the statement that breaks a row for the expectation.
EXPECTATIONS = {
    ("customers", 0): "delete from marts.customers",
    ("customers", 1): "update marts.customers set mrr_amount = 100000001 where rowid = 0",
    ("mrr_monthly", 0): "update marts.mrr_monthly set nrr_12m_rate = 4 where rowid = 15",
    ("mrr_monthly", 1): "update marts.mrr_monthly set closing_mrr_amount = 3 * opening_mrr_amount, "
    "opening_customer_count = 100 where rowid = 15",
    ("customer_ltv", 0): "delete from marts.customer_ltv",
    ("retention_parameters", 0): "update marts.retention_parameters set recent_churn_factor = 2, churn_count = 100 "
    "where survival_segment = 'all'",
    ("ltv_by_segment", 0): "update marts.ltv_by_segment set total_ltv_high_amount = 3 * total_ltv_amount "
    "where cohort_dimension = 'all'",
    ("unit_economics", 0): "update marts.unit_economics set spend_amount = -1 where rowid = 0",
    ("ltv_backtest", 0): "update marts.ltv_backtest set customer_count = 100, predicted_survivor_count = 10, "
    "actual_survivor_count = 90 where survival_segment = 'all' and prediction_decile = 0",
    ("customer_health", 0): "update marts.customer_health set health_status = null",
    ("health_backtest", 0): "update marts.health_backtest set churn_count = 50, auc = 0.9 where split_name = 'all'",
    (
        "health_backtest",
        1,
    ): "update marts.health_backtest set churn_count = 50, auc_high = 0.4 where split_name = 'all'",
    ("contract_renewals", 0): "update marts.contract_renewals set notice_days = 4000 where rowid = 0",
    ("expansion_candidates", 0): "update marts.expansion_candidates set added_mrr_amount = 2 * mrr_amount + 10 "
    "where expansion_kind = 'more_seats' and rowid = (select min(rowid) from marts.expansion_candidates "
    "where expansion_kind = 'more_seats')",
    ("customer_lifecycle", 0): "delete from intermediate.int_lifecycle_months",
    ("lifecycle_funnel", 0): "update marts.lifecycle_funnel set median_step_days = 4000 where rowid = 0",
    ("onboarding_cohorts", 0): "update marts.onboarding_cohorts set median_first_value_days = -1 where rowid = 0",
    ("rejected_rows", 0): "insert into marts.rejected_rows select r.* from marts.rejected_rows r, range(0, 2000)",
    ("input_reconciliation", 0): "delete from marts.input_reconciliation where rowid = 0",
    ("input_reconciliation", 1): "update marts.input_reconciliation set rejected_row_count = raw_row_count "
    "where input_name = 'users'",
}


@pytest.fixture(scope="module")
def broken(demo, tmp_path_factory):
    """Copies of the demonstration company's warehouse, one for each statement."""

    def copy(*statements):
        home = tmp_path_factory.mktemp("broken")
        shutil.copy(demo.settings.warehouse, home)
        (home / "raw").symlink_to(demo.settings.raw)
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            for statement in statements:
                assert connection.execute(statement).fetchone() != (0,), statement
        return Company(home, "")

    return copy


def failed_tests(company, *selection):
    """Names of the dbt tests that fail on a company."""
    company.dbt("test", "--exclude-resource-type", "unit_test", "--select", *selection)
    results = json.loads((company.home / "target" / "run_results.json").read_text())["results"]
    assert results
    return {result["unique_id"].split(".")[2] for result in results if result["status"] in ("fail", "warn")}


def test_every_reconciliation_test_is_broken_here():
    assert {path.stem for path in (PROJECT / "tests" / "reconciliation").glob("*.sql")} == set(RECONCILIATION)


def test_reconciliation_tests_fail_on_broken_rows(broken):
    company = broken(*RECONCILIATION.values())
    assert failed_tests(company, "path:tests/reconciliation") == set(RECONCILIATION)


def test_rules_are_named_where_they_are_broken(broken):
    company = broken(*MORE_RULES.values())
    failed_tests(company, "test_name:expression_is_true,path:models/marts")
    found = {(each["model"], each["rule"]) for each in failures_of(company.settings)}
    assert found == set(MORE_RULES)


def test_a_model_checks_its_key_and_its_rules(broken):
    """As a run builds: tables and views fail by themselves, and what they say is read back as rule and keys."""
    company = broken(
        "update intermediate.int_churn_events set churn_kind = 'unheard of' where left_date = (select max(left_date) "
        "from intermediate.int_churn_events where churn_kind is not null)",
        "insert into intermediate.int_nps_responses from intermediate.int_nps_responses limit 1",
        "insert into intermediate.int_lifecycle_months from intermediate.int_lifecycle_months limit 1",
    )
    models = ["churn_events", "customer_lifecycle", "nps_responses"]
    company.dbt(
        "build", "--select", *models, "--exclude-resource-type", "test", "unit_test", CUSTOMER_VALUE_PUBLISHES="1"
    )
    rule, key_of_view, key = sorted(failures_of(company.settings), key=lambda each: each["model"])
    assert (rule["model"], rule["rule"]) == ("churn_events", "kind_is_known")
    assert rule["row_count"] == len(rule["rows"]) and rule["rows"][0].keys() == {"customer_id", "activity_month"}
    assert (key["model"], key["rule"], key["row_count"]) == ("nps_responses", "one row per response_id", 1)
    assert (key_of_view["model"], key_of_view["rule"]) == (
        "customer_lifecycle",
        "one row per customer_id, activity_month",
    )


def test_a_model_that_builds_add_to_checks_the_days_that_the_last_has_made(broken):
    """A day that was left alone was checked when it was made; dbt's own test looks at all of them."""
    twice = (
        "insert into intermediate.int_usage_customer_days from intermediate.int_usage_customer_days where customer_id is not null "
        "and activity_date = (select {day}(activity_date) from intermediate.int_usage_customer_days) limit 1"
    )
    made_last = [
        f"update intermediate.{model} set build_number = 2 where activity_date = (select max(activity_date) from intermediate.{model})"
        for model in ("int_usage_days", "int_usage_customer_days")
    ]
    for day, code in {"min": 0, "max": 1}.items():
        company = broken(twice.format(day=day), *made_last)
        finished = company.dbt("run", "--select", "int_usage_customer_days", CUSTOMER_VALUE_PUBLISHES="1")
        assert finished.returncode == code, finished.stdout
        failed = failed_tests(company, "int_usage_customer_days,test_name:unique_combination_of_columns")
        assert len(failed) == 1, failed


@pytest.fixture(scope="module")
def data_tests(broken):
    """The data tests of the demonstration company, on a copy of its warehouse; a run leaves those of keys and rules to the models."""
    company = broken()
    finished = company.dbt("compile")
    assert finished.returncode == 0, finished.stdout[-3000:]
    tests = DataTests(company.settings.warehouse, company.home / "target")
    yield tests
    tests.connection.close()


def test_every_emptied_mart_fails_a_test(data_tests):
    marts = {key: relation for key, relation in data_tests.relations() if '"marts"' in relation}
    assert len(marts) > 30
    unseen = []
    for key, relation in marts.items():
        data_tests.connection.begin()
        if relation.endswith('"restatements"'):
            # Rightly empty in a company that was built once.
            data_tests.connection.execute(RESTATED)
        if relation.endswith(('"publication_changes"', '"publication_digest"')):
            data_tests.connection.execute(PUBLISHED)
        if relation.endswith('"health_model"'):
            data_tests.connection.execute(LEARNED)
        data_tests.empty(key)
        if not any(data_tests.found(test) for test in data_tests.reading(key)):
            unseen.append(relation)
        data_tests.connection.rollback()
    assert unseen == []


def test_every_rule_is_broken_alone(data_tests):
    """Each named rule finds the row that breaks it and no other rule; one that nothing breaks is not a rule."""
    broken, unbroken = set(), []
    for key, _, relation, arguments in data_tests.generic("expression_is_true"):
        mart = relation.split(".")[-1].strip('"')
        for rule in arguments["expressions"]:
            if data_tests.break_alone(key, relation, rule) is None:
                unbroken.append(f"{mart}.{rule}: add a row that breaks it alone to broken_rules.yml")
            else:
                assert data_tests.found(key, relation) == [(rule, 1)], (mart, rule)
            broken.add((mart, rule))
    assert unbroken == [] and len(broken) > 150
    assert {(mart, rule) for mart, rules in BY_HAND.items() for rule in rules} <= broken


def test_every_key_is_broken(data_tests):
    """A row that stands twice breaks each uniqueness test; null, and an unknown parent, break the others."""
    kinds = {"unique_combination_of_columns", "unique", "not_null", "relationships"}
    # A test of another kind must be given a break here.
    assert data_tests.kinds() == kinds | {"expression_is_true"}
    seen = 0
    for key, kind, relation, arguments in data_tests.generic(*kinds):
        rows = f"(select * from {relation} limit 10)"
        if not data_tests.connection.execute(f"from {relation} limit 1").fetchall():
            nothing = (f"cast(null as {type_}) as {column}" for column, type_ in data_tests.types(relation).items())
            rows = f"(select {', '.join(nothing)})"
        if kind in ("unique_combination_of_columns", "unique"):
            # Read once: a view has no order, so that two readings hold other rows.
            read_once = f"with ten as materialized {rows} from ten union all (from ten limit 1)"
            data_tests.put(read_once)
        else:
            value = "null" if kind == "not_null" else "'nobody'"
            data_tests.put(f"select * replace ({value} as {arguments['column_name']}) from {rows} limit 1")
        assert len(data_tests.found(key, relation)) == 1, (kind, relation)
        seen += 1
    assert seen > 150


def test_every_expectation_of_the_marts_is_broken_here():
    assert {(mart, n) for mart, suite in marts.suites().items() for n in range(len(suite))} == set(EXPECTATIONS)


@pytest.mark.parametrize(("mart", "position"), EXPECTATIONS)
def test_expectations_of_the_marts_fail_on_broken_rows(broken, mart, position):
    company = broken(EXPECTATIONS[mart, position])
    suites = {mart: [marts.suites()[mart][position]]}
    (result,) = validate(company.settings.warehouse, "marts", suites)
    assert not result.passed and result.observed != NOT_EVALUATED, result


def test_expectations_hold_on_the_demonstration_company(demo):
    for schema, suites in (("raw", raw.suites()), ("marts", marts.suites())):
        assert [result for result in validate(demo.settings.warehouse, schema, suites) if not result.passed] == []


@pytest.fixture
def arrivals(demo, tmp_path):
    """A function that holds the demonstration company's inputs, each changed by a query, against their suites."""

    def held(query_of):
        file = tmp_path / "arrivals.duckdb"
        file.unlink(missing_ok=True)
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"attach '{demo.settings.warehouse}' as warehouse (read_only)")
            connection.execute("create schema raw")
            for contract in inputs().values():
                connection.execute(f"create table raw.{contract.name} as {query_of(contract)}")
        return {(r.table.split(".")[1], r.expectation): r for r in validate(file, "raw", raw.suites())}

    return held


def test_expectations_of_the_inputs_fail_on_broken_arrivals(arrivals):
    """Emptied inputs break the row counts, emptied columns what must be there, other words the statuses."""
    emptied = arrivals(lambda contract: f"from warehouse.raw.{contract.name} limit 0")
    nulled = arrivals(
        lambda contract: (
            "select "
            + ", ".join(f"cast(null as {DUCKDB_TYPES[type_name]}) as {c}" for c, type_name in contract.columns.items())
            + f" from warehouse.raw.{contract.name}"
        )
    )
    renamed = arrivals(
        lambda contract: (
            f"select {'* replace (chr(120) || status as status)' if contract.name == 'subscription_changes' else '*'} "
            f"from warehouse.raw.{contract.name}"
        )
    )
    assert len(emptied) == sum(map(len, raw.suites().values()))
    for table, expectation in emptied:
        broken_by = emptied if "has rows" in expectation else nulled if "have their" in expectation else renamed
        assert not broken_by[table, expectation].passed, (table, expectation)
