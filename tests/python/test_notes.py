"""Inputs that stopped coming and settings that fit no data are said, on the terminal, in run_summary.json and on every page."""

import datetime

import duckdb
from conftest import Company, built
from ledgers import change, write
from test_nightly import copied
from test_report import Reader, readers_of, reported

from customer_value.notes import age_of_inputs, notes_of

NEWEST = datetime.datetime(2026, 10, 18, 3)


def test_the_age_of_the_inputs_is_that_by_the_clock():
    assert age_of_inputs(NEWEST, datetime.date(2026, 10, 25)) is None
    assert age_of_inputs(NEWEST, datetime.date(2026, 10, 26)) == "the newest input row is 8 days old (2026-10-18)"
    assert age_of_inputs(NEWEST, datetime.date(2026, 10, 17)) is None
    assert age_of_inputs(NEWEST, datetime.date(2026, 9, 1)) == (
        "the newest input row is dated 2026-10-18, 47 days ahead of this machine's clock"
    )
    assert age_of_inputs(None) is None


def test_a_run_says_how_old_its_inputs_are(demo):
    """The demonstration company ends on 18 October 2026, whatever day it is now; no anomaly: a strict run goes on."""
    summary = demo.summary
    assert [note for note in summary["notes"] if "2026-10-18" in note]
    assert not [line for line in summary["anomalies"] if "newest input row" in line]


def test_every_page_says_how_old_it_is_when_it_is_read(chromium, demo, tmp_path):
    """Also a page that nobody makes again: the age is that of the reader's day."""
    folder = reported(readers_of(demo, tmp_path))
    reader = Reader(chromium, folder)
    for day, text in (
        (datetime.datetime(2026, 10, 25, 12), ""),
        (datetime.datetime(2026, 11, 22, 12), "The newest input is 35 days old."),
    ):
        reader.page.clock.set_fixed_time(day.replace(tzinfo=datetime.UTC))
        for file in sorted(path.name for path in folder.glob("*.html")):
            reader.page.goto(f"file://{folder}/{file}")
            assert reader.page.locator("#age").inner_text() == text, file
            assert reader.page.locator("#age").is_visible() == bool(text)
    reader.context.close()
    assert reader.complaints == []


def test_settings_that_fit_no_data_are_said_once(demo, tmp_path):
    company = copied(demo, tmp_path / "home")
    assert [line for line in notes_of(company.settings.warehouse, None) if "not set up" in line] == []
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        connection.execute("update intermediate.int_feature_uses set feature = 'my_' || feature")
        connection.execute("update staging.stg_marketing_spend set channel = 'Ads: ' || channel")
        connection.execute(
            "insert into definitions.health_overrides (customer_id, health_status) values ('nobody', 'red')"
        )
    features, channels, overrides = notes_of(company.settings.warehouse, None)
    assert features.startswith("onboarding, personalisation, time to value: not set up: ")
    assert "dashboard" in features and "my_dashboard" in features and "seeds/features.csv" in features
    assert channels.startswith("cost of acquisition by channel: not set up: Ads: ")
    assert "nobody" in overrides
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        connection.execute("delete from definitions.features where is_onboarding_step")
    assert "onboarding" in notes_of(company.settings.warehouse, None)[0]


def test_attributes_that_are_no_dimension_are_named(demo):
    """An attribute with more values than the var allows is left out of the dimensions; nothing else is said of it."""
    counts = demo.rows(
        "select attribute_name, count(distinct attribute_value) from intermediate.int_customer_attribute_months "
        "group by 1 order by 2 desc, 1"
    )
    name, most = counts[0]
    limits = demo.settings.vars
    assert not [line for line in notes_of(demo.settings.warehouse, None, limits) if "no dimension" in line]
    (note,) = [
        line
        for line in notes_of(demo.settings.warehouse, None, {**limits, "max_dimension_values": most - 1})
        if "no dimension" in line
    ]
    assert f"{name} ({most} values)" in note and f"max_dimension_values ({most - 1})" in note
    assert note.count(" values)") == sum(count >= most for _, count in counts)


def test_nothing_is_said_of_what_was_not_delivered(tmp_path):
    assert notes_of(Company(tmp_path, "").settings.warehouse, None) == []


def test_ids_that_differ_in_letter_case_only_are_named(tmp_path):
    """Which of them is meant is not known: both count. A log that lies ahead says so, too."""
    company = Company(tmp_path, "2025-12-31")
    log = [change(name, "2025-01-10") for name in ("k001", "K001", "k002")]
    log += [change(f"ahead{i}", f"2027-01-1{i}") for i in range(4)]
    write(company.settings.raw, {"subscription_changes": log})
    built(company, "int_customer_status")
    customers, subscriptions, ahead = notes_of(company.settings.warehouse, None)
    assert customers.startswith("customer_id: K001/k001 differ in the case of letters only")
    assert subscriptions.startswith("subscription_id: K001/k001 ")
    assert "4 items begin after the as-of day, 2025-12-31, the last on 2027-01-13, 3 carry MRR" in ahead
