"""Spend on ads as loaders write it: rows of marketing_spend that were worked out by hand.

One company has Google, Facebook and LinkedIn Ads by Fivetran, the other the same days by Airbyte and dlt: both give the same rows.
"""

import json
from datetime import date

import duckdb
import pytest
from conftest import Company

FIVETRAN = {
    "google_ads/campaign_stats": [
        # Two devices and two networks of a day are one campaign: 36.15 + 24.57 + 0.005 + 0.
        dict(customer_id=21, id=901, date="2026-03-01", device="MOBILE", ad_network_type="SEARCH", cost_micros=36150000),
        dict(customer_id=21, id=901, date="2026-03-01", device="DESKTOP", ad_network_type="SEARCH", cost_micros=24570000),
        dict(customer_id=21, id=901, date="2026-03-01", device="DESKTOP", ad_network_type="CONTENT", cost_micros=5000),
        dict(customer_id=21, id=901, date="2026-03-01", device="TABLET", ad_network_type="SEARCH", cost_micros=0),
        # Stated again a week later, and lower: the newest load counts, and is not added.
        dict(customer_id=21, id=901, date="2026-03-02", device="MOBILE", ad_network_type="SEARCH", cost_micros=9000000),
        dict(
            customer_id=21, id=901, date="2026-03-02", device="MOBILE", ad_network_type="SEARCH", cost_micros=8500000,
            _fivetran_synced="2026-03-09T04:00:00Z",
        ),
        dict(customer_id=21, id=901, date="2026-03-02", device="DESKTOP", ad_network_type="SEARCH", cost_micros=1000000),
        # What cannot be read is not 0: it is a row without an amount, which staging rejects and counts.
        dict(customer_id=21, id=901, date="2026-03-03", device="MOBILE", ad_network_type="SEARCH", cost_micros=2000000),
        dict(customer_id=21, id=901, date="2026-03-03", device="TABLET", ad_network_type="SEARCH", cost_micros="n/a"),
        # Two campaigns of one name, in accounts of two currencies.
        dict(customer_id=21, id=902, date="2026-03-01", device="MOBILE", ad_network_type="SEARCH", cost_micros=7000000),
        dict(customer_id=22, id=903, date="2026-03-01", device="MOBILE", ad_network_type="SEARCH", cost_micros=3000000),
        # A campaign that no table lists, of an account that none lists: known by its id, in the default currency.
        dict(customer_id=23, id=904, date="2026-03-01", device="MOBILE", ad_network_type="SEARCH", cost_micros=1250000),
    ],
    "google_ads/campaign_history": [
        dict(id=901, customer_id=21, name="old name", updated_at="2025-01-01T00:00:00"),
        dict(id=901, customer_id=21, name="Search EU", updated_at="2026-02-01T00:00:00"),
        dict(id=902, customer_id=21, name="Brand", updated_at="2026-02-01T00:00:00"),
        dict(id=903, customer_id=22, name="Brand", updated_at="2026-02-01T00:00:00"),
    ],
    "google_ads/account_history": [
        dict(id=21, currency_code="USD", descriptive_name="Main", updated_at="2024-01-01T00:00:00"),
        dict(id=21, currency_code="EUR", descriptive_name="Main", updated_at="2025-01-01T00:00:00"),
        dict(id=22, currency_code="JPY", descriptive_name="Japan", updated_at="2025-01-01T00:00:00"),
    ],
    "facebook_ads/basic_ad": [
        # Major units, summed over ads. The campaign is that of the ad.
        dict(ad_id="a1", account_id=170, date="2026-03-01", spend=76.53),
        dict(ad_id="a2", account_id=170, date="2026-03-01", spend=55.26),
        dict(ad_id="a3", account_id=170, date="2026-03-01", spend=10),
        # An ad whose campaign is not known: the account stands for it.
        dict(ad_id="a9", account_id=170, date="2026-03-01", spend=4.5),
    ],
    "facebook_ads/ad_history": [
        dict(id="a1", campaign_id=621, updated_time="2026-01-01T00:00:00"),
        dict(id="a2", campaign_id=621, updated_time="2026-01-01T00:00:00"),
        dict(id="a3", campaign_id=622, updated_time="2026-01-01T00:00:00"),
    ],
    "facebook_ads/campaign_history": [
        dict(id=621, account_id=170, name="Retargeting", updated_time="2026-01-01T00:00:00"),
        dict(id=622, account_id=170, name="Lookalike", updated_time="2026-01-02T00:00:00"),
        dict(id=622, account_id=170, name="earlier", updated_time="2026-01-01T00:00:00"),
    ],
    "facebook_ads/account_history": [dict(id=170, name="Shop", currency="GBP")],
    "linkedin_ads/ad_analytics_by_campaign": [
        # The local currency, not dollars.
        dict(campaign_id=1486, day="2026-03-01 00:00:00", cost_in_local_currency=50.2, cost_in_usd=54.1),
        dict(campaign_id=1487, day="2026-03-01 00:00:00", cost_in_local_currency=3, cost_in_usd=3.2),
    ],
    "linkedin_ads/campaign_history": [
        dict(id=1486, account_id=507, name="Retargeting", last_modified_time="2025-09-14 17:53:17"),
        dict(id=1487, account_id=508, name="Events", last_modified_time="2025-09-14 17:53:17", daily_budget_currency_code="CHF"),
    ],
    "linkedin_ads/account_history": [
        dict(id=507, name="B2B", currency="USD", last_modified_time="2020-10-12 19:05:20"),
        dict(id=507, name="B2B", currency="EUR", last_modified_time="2025-10-12 19:05:20"),
    ],
}  # fmt: skip

# What the company's seed says. Facebook and LinkedIn have one channel and a campaign of one name: neither takes the other's place.
CHANNELS = [
    ("google_ads", "search eu", "paid_search"),
    ("google_ads", "japan", "paid_japan"),
    ("all", "google_ads", "google"),
    ("facebook_ads", "facebook_ads", "paid_social"),
    ("all", "linkedin_ads", "paid_social"),
]

# A sheet of accounting: three ways to write a month, two bookings of one month, one in a currency of its own, a credit, a typing error.
SHEET = """Month,Channel,Amount,Currency
2026-01,events,1200,
2026-01,events,300.50,
Feb 2026,events,1000,EUR
15/02/2026,events,-200,EUR
2026-02,events,50,USD
2026-03,partner,9O,
2026-03,partner,70,
"""
JANUARY, FEBRUARY = (date(2026, month, 1) for month in (1, 2))

FIRST, SECOND, THIRD = (date(2026, 3, day) for day in (1, 2, 3))
EXPECTED = {
    ("google_ads", FIRST, "paid_search", "Search EU (google_ads)", 60.725, "EUR"),
    ("google_ads", SECOND, "paid_search", "Search EU (google_ads)", 9.5, "EUR"),
    ("google_ads", THIRD, "paid_search", "Search EU (google_ads)", 2.0, "EUR"),
    ("google_ads", THIRD, "paid_search", "Search EU (google_ads)", None, "EUR"),
    ("google_ads", FIRST, "google", "Brand (902) (google_ads)", 7.0, "EUR"),
    ("google_ads", FIRST, "paid_japan", "Brand (903) (google_ads)", 3.0, "JPY"),
    ("google_ads", FIRST, "google", "904 (google_ads)", 1.25, None),
    ("facebook_ads", FIRST, "paid_social", "Retargeting (facebook_ads)", 131.79, "GBP"),
    ("facebook_ads", FIRST, "paid_social", "Lookalike (facebook_ads)", 10.0, "GBP"),
    ("facebook_ads", FIRST, "paid_social", "Shop (facebook_ads)", 4.5, "GBP"),
    ("linkedin_ads", FIRST, "paid_social", "Retargeting (linkedin_ads)", 50.2, "EUR"),
    ("linkedin_ads", FIRST, "paid_social", "Events (linkedin_ads)", 3.0, "CHF"),
}
SHEET_ROWS = {
    (JANUARY, "events", "events", 1500.5, None, None),
    (FEBRUARY, "events", "events (EUR)", 800.0, "EUR", None),
    (FEBRUARY, "events", "events (USD)", 50.0, "USD", None),
    (FIRST, "partner", "partner", None, None, "amount = 9O"),
    (FIRST, "partner", "partner", 70.0, None, None),
}
CONNECTORS = ("google_ads", "facebook_ads", "linkedin_ads")
LOADED = "2026-03-04T04:00:00Z"


def fivetran():
    """Each table with the time of its load."""
    return {name: [{"_fivetran_synced": LOADED} | row for row in rows] for name, rows in FIVETRAN.items()}


def others():
    """The same facts by Airbyte (Google, LinkedIn) and dlt (Facebook)."""
    stamp = {"_airbyte_extracted_at": LOADED}
    accounts = {"21": ("Main", "EUR"), "22": ("Japan", "JPY")}
    names = {901: "Search EU", 902: "Brand", 903: "Brand"}
    google = [
        {
            "campaign.id": row["id"], "campaign.name": names.get(row["id"]), "segments.date": row["date"], "customer.id": row["customer_id"],
            "segments.hour": hour, "segments.ad_network_type": row["ad_network_type"], "metrics.cost_micros": row["cost_micros"],
            "_airbyte_extracted_at": row.get("_fivetran_synced", LOADED),
        }
        for hour, row in ((["MOBILE", "DESKTOP", "TABLET"].index(row["device"]), row) for row in FIVETRAN["google_ads/campaign_stats"])
    ]  # fmt: skip
    campaigns = {"a1": (621, "Retargeting"), "a2": (621, "Retargeting"), "a3": (622, "Lookalike")}
    facebook = [
        {
            "ad_id": row["ad_id"], "account_id": "170", "account_name": "Shop", "account_currency": "GBP", "date_start": row["date"],
            "date_stop": row["date"], "spend": str(row["spend"]), "campaign_id": campaigns.get(row["ad_id"], (None,))[0],
            "campaign_name": campaigns.get(row["ad_id"], (None, None))[1], "_dlt_load_id": "1.5", "_dlt_id": row["ad_id"],
        }
        for row in FIVETRAN["facebook_ads/basic_ad"]
    ]  # fmt: skip
    linkedin = [
        {
            "start_date": row["day"][:10], "end_date": row["day"][:10], "pivotValues": [f"urn:li:sponsoredCampaign:{row['campaign_id']}"],
            "costInLocalCurrency": str(row["cost_in_local_currency"]), "costInUsd": str(row["cost_in_usd"]), **stamp,
        }
        for row in FIVETRAN["linkedin_ads/ad_analytics_by_campaign"]
    ]  # fmt: skip
    return {
        "google_ads/campaign": google,
        "google_ads/customer": [
            {"customer.id": key, "customer.descriptive_name": name, "customer.currency_code": code} | stamp
            for key, (name, code) in accounts.items()
        ],
        "facebook_ads/facebook_insights": facebook,
        "facebook_ads/_dlt_loads": [{"load_id": "1.5", "status": 0, "inserted_at": LOADED}],
        "linkedin_ads/ad_campaign_analytics": linkedin,
        "linkedin_ads/campaigns": [
            {"id": 1486, "name": "Retargeting", "account": "urn:li:sponsoredAccount:507", "lastModified": "2025-09-14T17:53:17Z"} | stamp,
            {
                "id": 1487, "name": "Events", "account": "urn:li:sponsoredAccount:508", "lastModified": "2025-09-14T17:53:17Z",
                "dailyBudget": {"amount": "50", "currencyCode": "CHF"},
            } | stamp,
        ],
        "linkedin_ads/accounts": [{"id": 507, "name": "B2B", "currency": "EUR", "lastModified": "2025-10-12T19:05:20Z"} | stamp],
    }  # fmt: skip


@pytest.fixture(scope="module", params=[fivetran, others], ids=["Fivetran", "Airbyte and dlt"])
def warehouse(request, tmp_path_factory):
    """The warehouse of a company with spend on ads, and a sheet of what it spends otherwise."""
    company = Company(tmp_path_factory.mktemp("spend"), "2026-06-30")
    for name, rows in request.param().items():
        path = company.settings.raw / f"{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    # The one input that must be there.
    (company.settings.raw / "subscription_changes.csv").write_text(
        "subscription_id,changed_at,customer_id,status,unit_amount,loaded_at\ns,2026-01-01,c,active,10,2026-06-30\n"
    )
    (company.settings.raw / "plain").mkdir()
    (company.settings.raw / "plain" / "marketing_spend.csv").write_text(SHEET)
    given = "--vars", f"connectors: {{spend: [{', '.join(CONNECTORS)}], marketing_spend: plain_marketing_spend}}"
    finished = company.dbt("seed", "--select", "channel_map", *given)
    assert finished.returncode == 0, finished.stdout[-4000:]
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        ((schema,),) = connection.sql(
            "select schema_name from duckdb_tables() where table_name = 'channel_map'"
        ).fetchall()
        connection.executemany(f"insert into {schema}.channel_map values (?, ?, ?)", CHANNELS)
    finished = company.dbt(
        "run", "--select", *(f"path:models/connectors/{name}" for name in (*CONNECTORS, "plain")), *given
    )
    assert finished.returncode == 0, finished.stdout[-4000:]
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        yield connection


@pytest.fixture(scope="module")
def spend(warehouse):
    """Rows of marketing_spend by the connectors, with the connector's name and the time of their load."""
    return [
        (name, *row[:3], None if row[3] is None else float(row[3]), *row[4:])
        for name in CONNECTORS
        for row in warehouse.sql(
            f"select spend_date, channel, campaign, amount, currency, loaded_at from connectors.{name}_marketing_spend"
        ).fetchall()
    ]


def test_spend_is_what_was_worked_out_by_hand(spend):
    assert len(spend) == len(EXPECTED)
    assert {row[:6] for row in spend} == EXPECTED


def test_each_row_has_a_key_of_its_own(spend):
    """Staging keeps one row of a day, channel and campaign: two campaigns may not have one key."""
    keys = [row[1:4] for row in spend if row[4] is not None]
    assert len(set(keys)) == len(keys)


def test_rows_were_loaded_when_their_loader_says_so(spend):
    assert {row[6].isoformat() for row in spend} == {"2026-03-04T04:00:00", "2026-03-09T04:00:00"}


def test_a_sheet_by_month_counts_on_the_first_of_it(warehouse):
    """Bookings of a month are summed, two currencies are two rows, and what cannot be read is named."""
    columns = "spend_date, channel, campaign, cast(amount as double), currency, unreadable_value"
    assert set(warehouse.sql(f"select {columns} from connectors.plain_marketing_spend").fetchall()) == SHEET_ROWS
