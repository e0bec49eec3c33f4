"""Usage trackers and surveys as two companies have them: what the connectors make of them is what was worked out by hand.

Both companies have the same facts (tracker_cases.py) as different loaders write them, so that both must give the same rows.
"""

import csv
import datetime
import io
import json

import duckdb
import pytest
import tracker_cases as cases
from conftest import Company
from connector_rows import plain

TRACKERS = ("segment", "rudderstack", "posthog", "amplitude", "mixpanel", "ga4")
SURVEYS = ("delighted", "typeform", "plain")
VARIABLES = {
    "connectors": {
        "usage": list(TRACKERS),
        "nps": ["delighted", "typeform"],
        "nps_responses": "plain_nps_responses",
    },
    "reporting_time_zone": "Europe/Berlin",
    "internal_email_domains": ["vendor.example"],
    "typeform_nps_field_ids": ["f1"],
}
USED = {
    "segment": cases.CALLS_USED,
    "rudderstack": cases.CALLS_USED,
    "posthog": cases.POSTHOG_USED,
    "amplitude": cases.AMPLITUDE_USED,
    "mixpanel": cases.MIXPANEL_USED,
    "ga4": cases.GA4_USED,
}
ANSWERED = {"delighted": cases.DELIGHTED_ANSWERS, "typeform": cases.TYPEFORM_ANSWERS, "plain": cases.SURVEY_ANSWERS}


def rows_in(text):
    """Rows of a CSV text, empty values absent."""
    return [{name: value for name, value in row.items() if value} for row in csv.DictReader(io.StringIO(text))]


def seconds(instant):
    """Seconds since 1970."""
    return int(datetime.datetime.fromisoformat(instant).timestamp())


# RudderStack's calls of track stand in one table for each event, Segment's in one of all.
CALLS_BY_EVENT = {name: rows_in(text) for name, text in cases.CALLS.items() if name != "tracks"}
for row in rows_in(cases.TRACKS):
    CALLS_BY_EVENT.setdefault(row["event"], []).append(row)
VARIABLES["rudderstack_event_tables"] = sorted(CALLS_BY_EVENT.keys() - cases.CALLS.keys())


def files_of_the_first():
    """Segment's tables as CSV; others as exports and Fivetran write them, JSON within texts."""
    yield from ((f"segment/{name}.csv", text) for name, text in cases.CALLS.items())
    for name, rows in CALLS_BY_EVENT.items():
        yield (
            f"rudderstack/{name}.jsonl",
            cases.lines({key.upper(): value for key, value in row.items()} for row in rows),
        )
    names = ("uuid", "event", "distinct_id", "properties", "timestamp")
    yield (
        "posthog/events.jsonl",
        cases.lines(
            dict(zip(names, map(cases.as_text, event), strict=True)) | {"created_at": cases.later(event[4])}
            for event in cases.POSTHOG
        ),
    )
    names = ("distinct_id", "person_id", "properties", "person_distinct_id_version")
    yield (
        "posthog/persons.jsonl",
        cases.lines(dict(zip(names, map(cases.as_text, row), strict=True)) for row in cases.PERSONS),
    )
    for tracker, table, at in (
        ("amplitude", "event", "event_time"),
        ("mixpanel", "event", "time"),
        ("ga4", "event", "timestamp"),
    ):
        yield (
            f"{tracker}/{table}.jsonl",
            cases.lines(
                {name: cases.as_text(value) for name, value in row.items()} | {"_fivetran_synced": cases.later(row[at])}
                for row in getattr(cases, tracker.upper())
            ),
        )
    synced = {"_fivetran_synced": cases.LOADED_AT}
    names = ("id", "person_id", "survey_type", "score", "comment", "person_properties")
    yield (
        "delighted/response.jsonl",
        cases.lines(
            dict(zip(names, map(cases.as_text, row), strict=True)) | synced | {"created_at": cases.ANSWERED_AT}
            for row in cases.DELIGHTED
        ),
    )
    yield "delighted/person.jsonl", cases.lines({"id": id_, "email": email} | synced for id_, email in cases.PEOPLE)
    yield (
        "typeform/response.jsonl",
        cases.lines({"id": row[0], "submitted_at": cases.ANSWERED_AT} | synced for row in cases.TYPEFORM),
    )
    yield (
        "typeform/response_hidden.jsonl",
        cases.lines(
            {"response_id": row[0], "name": name, "value": value} | synced
            for row in cases.TYPEFORM
            for name, value in row[1].items()
        ),
    )
    yield (
        "typeform/response_answer.jsonl",
        cases.lines(
            {"response_id": row[0], "field_id": field, "type": "number", "number": score} | synced
            for row in cases.TYPEFORM
            for field, score in row[2].items()
        ),
    )
    yield "plain/surveys.csv", cases.SURVEYS


def files_of_the_second():
    """Segment's tables with names in capitals; others as objects of the APIs, by Airbyte and the like."""
    for name, text in cases.CALLS.items():
        yield (
            f"segment/{name}.jsonl",
            cases.lines({key.upper(): value for key, value in row.items()} for row in rows_in(text)),
        )
    yield from ((f"rudderstack/{name}.jsonl", cases.lines(rows)) for name, rows in CALLS_BY_EVENT.items())
    names = ("UUID", "EVENT", "DISTINCT_ID", "PROPERTIES", "TIMESTAMP")
    yield (
        "posthog/events.jsonl",
        cases.lines(
            dict(zip(names, event, strict=True)) | {"CREATED_AT": cases.later(event[4])} for event in cases.POSTHOG
        ),
    )
    names = ("DISTINCT_ID", "PERSON_ID", "PROPERTIES", "PERSON_DISTINCT_ID_VERSION")
    yield "posthog/persons.jsonl", cases.lines(dict(zip(names, row, strict=True)) for row in cases.PERSONS)
    yield (
        "amplitude/events.jsonl",
        cases.lines(row | {"server_upload_time": cases.later(row["event_time"])} for row in cases.AMPLITUDE),
    )
    yield (
        "mixpanel/export.jsonl",
        cases.lines(
            {"event": row["name"], "_airbyte_extracted_at": cases.later(row["time"])}
            | {
                "properties": row["properties"]
                | {"distinct_id": row["distinct_id"], "$insert_id": row["insert_id"], "time": row["time"]}
            }
            for row in cases.MIXPANEL
        ),
    )
    yield (
        "ga4/events.jsonl",
        cases.lines(
            {
                "event_name": row["name"],
                "event_bundle_sequence_id": row["bundle_sequence_id"],
                "loaded_at": cases.later(row["timestamp"]),
            }
            | {name: row.get(name) for name in ("user_id", "user_pseudo_id", "param_company")}
            | {"event_timestamp": seconds(row["timestamp"] + "Z") * 1_000_000}
            for row in cases.GA4
        ),
    )
    extracted = {"_airbyte_extracted_at": cases.LOADED_AT}
    names = ("id", "person", "survey_type", "score", "comment", "person_properties")
    answered = seconds(cases.ANSWERED_AT)
    yield (
        "delighted/survey_responses.jsonl",
        cases.lines(
            dict(zip(names, row, strict=True)) | extracted | {"created_at": answered} for row in cases.DELIGHTED
        ),
    )
    yield "delighted/people.jsonl", cases.lines({"id": id_, "email": email} | extracted for id_, email in cases.PEOPLE)
    yield (
        "typeform/responses.jsonl",
        cases.lines(
            {"response_id": id_, "submitted_at": cases.ANSWERED_AT, "hidden": hidden}
            | {
                "answers": [
                    {"field": {"id": field, "type": "opinion_scale"}, "number": score}
                    for field, score in answers.items()
                ]
            }
            | extracted
            for id_, hidden, answers in cases.TYPEFORM
        ),
    )
    yield "plain/surveys.csv", cases.SURVEYS


SEEDS = {"customer_aliases": cases.ALIASES, "event_feature_map": cases.FEATURES}
LANDINGS = {"first": files_of_the_first, "second": files_of_the_second}


def company_of(home, files):
    """A company with these files, as of the end of June."""
    company = Company(home, "2026-06-30")
    for name, text in [*files, ("subscription_changes.csv", cases.LOG)]:
        path = company.settings.raw / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return company


def dbt(company, command, *selected):
    """Run a dbt command, which must succeed."""
    finished = company.dbt(command, "--vars", json.dumps(VARIABLES), "--select", *selected)
    assert finished.returncode == 0, finished.stdout[-4000:]


@pytest.fixture(scope="module", params=LANDINGS)
def connected(request, tmp_path_factory):
    """What the connectors make of a company's tables: connector -> rows."""
    company = company_of(tmp_path_factory.mktemp(request.param), LANDINGS[request.param]())
    dbt(company, "seed", *SEEDS)
    with duckdb.connect(str(company.settings.warehouse)) as connection:
        for seed, text in SEEDS.items():
            rows = [tuple(value or None for value in row) for row in csv.reader(io.StringIO(text))][1:]
            connection.executemany(f"insert into definitions.{seed} values (?, ?, ?)", rows)
    models = [f"path:models/connectors/{connector}" for connector in (*TRACKERS, *SURVEYS)]
    dbt(company, "build", *models, "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(company.settings.warehouse), read_only=True) as connection:
        return {
            connector: connection.sql(f"from connectors.{connector}_{name}").to_arrow_table().to_pylist()
            for name, connectors in (("usage_events", TRACKERS), ("nps_responses", SURVEYS))
            for connector in connectors
        }


def compared(rows, columns):
    """Rows as texts of the columns that compare, in an order."""
    values = ([row.get(name) for name in columns] for row in rows)
    return sorted("; ".join("" if value is None else str(plain(value)) for value in row) for row in values)


def expected(text, numbers):
    """Rows that were worked out by hand, with numbers as such."""
    return [{name: float(value) if name in numbers else value for name, value in row.items()} for row in rows_in(text)]


@pytest.mark.parametrize("tracker", TRACKERS)
def test_what_was_tracked_is_used_by_customer_user_feature_and_day(connected, tracker):
    columns = ("customer_id", "user_id", "feature", "occurred_at", "quantity", "loaded_at")
    assert compared(connected[tracker], columns) == compared(expected(USED[tracker], ["quantity"]), columns)


def test_what_comes_late_supersedes_the_row_of_its_day(connected):
    """One id for a customer's user, feature and day; what is dated after its arrival, or not at all, has another."""
    versions = {}
    for row in connected["segment"]:
        versions.setdefault(row["event_id"], []).append(row["quantity"])
    assert sorted(map(sorted, versions.values())) == [[1]] * 12 + [[2], [2, 3]]


@pytest.mark.parametrize("survey", SURVEYS)
def test_what_was_answered_is_an_answer_of_a_customer(connected, survey):
    columns = ("response_id", "customer_id", "user_id", "score", "comment", "responded_at")
    assert compared(connected[survey], columns) == compared(expected(ANSWERED[survey], ["score"]), columns)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("variables", "model", "message"),
    [
        (
            {"typeform_nps_field_ids": []},
            "typeform_nps_responses",
            "var typeform_nps_field_ids: found nothing, expected the ids",
        ),
        (
            {"segment_event_tables": ["reports"]},
            "base_segment_events",
            "found no table segment.reports, expected the names",
        ),
    ],
    ids=["no_field_that_asks_for_nps", "no_table_of_an_event"],
)
def test_a_var_that_names_nothing_is_refused(tmp_path, variables, model, message):
    company = company_of(tmp_path, files_of_the_first())
    finished = company.dbt("run", "--select", model, "--vars", json.dumps(VARIABLES | variables))
    assert finished.returncode == 1 and message in finished.stdout
