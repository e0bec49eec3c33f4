"""What a command says: in text and JSON, in few lines, without colours, and its exit codes, an error that nobody foresaw included."""

import datetime
import json

import pytest
from conftest import Company
from test_nightly import copied

from customer_value import cli, terminal
from customer_value.build import quoted_of
from customer_value.summary import digest_lines, lines_of

KINDS = [
    *("customer_won", "customer_returned", "mrr_up", "customer_lost", "customer_paused", "customer_removed"),
    *("mrr_down", "customer_transferred", "mrr_fx"),
]


def digest(**changes):
    """A row of publication_digest in which nothing has changed but what is named."""
    row = {
        "as_of_date": datetime.date(2025, 3, 10),
        "previous_as_of_date": datetime.date(2025, 2, 20),
        "previous_mrr_amount": 100,
        "change_count": len(changes),
        **{f"{kind}_count": 0 for kind in KINDS},
        **{f"{kind}_amount": 0 for kind in KINDS},
    }
    others = ["health_fallen", "health_risen", "renewal_passed", "renewal_lost", "rejected_row", "month_restated"]
    return row | {f"{name}_count": 0 for name in others} | changes


def test_the_digest_says_what_has_changed():
    changed = digest(
        customer_won_count=2,
        customer_won_amount=1961.75,
        customer_lost_count=1,
        customer_lost_amount=-33,
        health_fallen_count=3,
        renewal_passed_count=5,
        renewal_lost_count=1,
        rejected_row_count=1,
        month_restated_count=2,
    )
    assert list(digest_lines(changed)) == [
        "Since the publication as of 2025-02-20: customers: 2 won (+1,962), 1 lost (-33); health: 3 to a worse band; "
        "5 renewals passed, 1 of them lost; 1 row newly rejected; 2 months restated."
    ]
    assert list(digest_lines(digest())) == ["Nothing has changed since the publication as of 2025-02-20."]
    assert list(digest_lines(None)) == ["Changes: nothing to compare with, for no earlier publication is known."]
    later = digest(previous_as_of_date=datetime.date(2025, 4, 1), mrr_up_count=1, mrr_up_amount=5)
    assert list(digest_lines(later)) == ["Since the publication as of 2025-04-01, a later day: customers: 1 up (+5)."]
    abroad = digest(previous_mrr_amount=None, customer_lost_count=1, customer_lost_amount=None)
    assert "customers: 1 lost." in next(digest_lines(abroad)) and "another currency" in list(digest_lines(abroad))[1]


def test_a_summary_is_short(demo):
    """With 160 reasons of rejection and every input: the first few and a count, the others in the file."""
    summary = demo.summary
    assert len(summary["rejected"]) > 100
    # In the file amounts are texts.
    for row, column in [(summary, "mrr_amount"), *((row, "amount_at_stake") for row in summary["rejected"])]:
        row[column] = float(row[column] or 0)
    lines = list(lines_of(summary))
    assert len(lines) < 30, lines
    more = [line for line in lines if line.startswith("rejected: ") and line.endswith("all in run_summary.json")]
    assert more == [f"rejected: {len(summary['rejected']) - 5} more reasons, all in run_summary.json"]
    inputs = sum(row["raw_row_count"] for row in summary["inputs"])
    assert any(f" inputs: {inputs:,} rows = " in line for line in lines)
    assert lines[-1].startswith("Open next: ") and "report/index.html, after customer-value report" in lines[-1]
    # With --verbose each input has its line.
    assert len(list(lines_of(summary, is_verbose=True))) == len(lines) + len(summary["inputs"]) - 1


@pytest.fixture
def saying(tmp_path):
    """The terminal, as it was before the test when it ends."""
    shown = vars(terminal.terminal).copy()
    terminal.terminal.folder = tmp_path
    yield terminal.terminal
    vars(terminal.terminal).update(shown)


def test_lines_are_text_or_json(saying, capsys):
    terminal.say("load: done in 1.2 s", "step_done", step="load", seconds=1.2)
    saying.log_format = terminal.JSON
    terminal.say("load: done in 1.2 s", "step_done", step="load", seconds=1.2)
    terminal.say('warning: "odd"\nindeed')
    text, *lines = capsys.readouterr().out.splitlines()
    first, second = map(json.loads, lines)
    assert text == first["text"] == "load: done in 1.2 s"
    assert (first["level"], first["event"], first["step"], first["seconds"]) == ("info", "step_done", "load", 1.2)
    assert (second["level"], second["text"]) == ("warning", 'warning: "odd"\nindeed')
    assert datetime.datetime.fromisoformat(second["time"]).tzinfo is not None


def test_colours_are_for_a_terminal_that_wants_them(saying, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert saying.has_colours
    monkeypatch.setenv("NO_COLOR", "1")
    assert not saying.has_colours
    monkeypatch.delenv("NO_COLOR")
    saying.log_format = terminal.JSON
    assert not saying.has_colours


@pytest.mark.parametrize("is_verbose", [False, True])
def test_an_error_that_nobody_foresaw_has_a_code_of_its_own(saying, tmp_path, monkeypatch, capsys, is_verbose):
    """One line with what and where; the traceback is in a file, or follows with --verbose."""

    def fail(settings):
        raise KeyError("plan")

    monkeypatch.setitem(cli.STEPS, "load", [("load", "load")])
    monkeypatch.setattr("customer_value.load.load", fail)
    arguments = ["load", "--raw", str(tmp_path), "--warehouse", str(tmp_path / "w.duckdb")]
    assert cli.main([*arguments, *(["--verbose"] if is_verbose else [])]) == 4
    said = capsys.readouterr().err
    line, *others = said.splitlines()
    assert line.startswith("Unexpected error: KeyError: 'plan' (test_terminal.py, line ")
    if is_verbose:
        assert "Traceback" in said and not (tmp_path / "error.log").exists()
    else:
        assert others == [] and f"the traceback is in {tmp_path / 'error.log'}" in line
        assert "Traceback" in (tmp_path / "error.log").read_text()


def test_errors_are_json_where_asked_for(saying, tmp_path, capsys):
    code = cli.main(
        ["load", "--raw", str(tmp_path / "none"), "--warehouse", str(tmp_path / "w.duckdb"), "--log-format", "json"]
    )
    said = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (
        code == 2
        and said[-1]["level"] == "error"
        and said[-1]["exit_code"] == 2
        and "found no such" in said[-1]["text"]
    )


def test_what_dbt_said_last_is_quoted(tmp_path):
    company = Company(tmp_path, "")
    (tmp_path / "dbt.log").write_text(
        "\x1b[0m10:00:00  Running with dbt\n\x1b[0m10:00:01  Encountered an error:\nCompilation Error\n"
        '  var x: found 1, expected a number.\nnanobind: leaked 6 types!\n - leaked type "a"\n'
    )
    assert quoted_of(company.settings) == [
        "Compilation Error",
        "  var x: found 1, expected a number.",
        f"All that dbt said is in {tmp_path / 'dbt.log'}",
    ]


@pytest.mark.nightly
def test_a_run_says_what_it_does_in_a_few_lines(demo, tmp_path):
    """Under 40 lines, a line for each step with its time; in JSON each line is an object, the summary the last one."""
    company = copied(demo, tmp_path / "home")
    finished = company.cli("run")
    lines = finished.stdout.splitlines()
    assert finished.returncode == 0 and len(lines) < 40 and finished.stderr == "", finished.stdout
    for step in ("load", "check raw", "build", "check marts", "watch", "publish"):
        assert any(line.startswith(f"{step}: done in ") for line in lines), step
    assert "\x1b" not in finished.stdout and "Nothing has changed since the publication as of" in finished.stdout
    assert " of " in (company.home / "dbt.log").read_text()
    finished = company.cli("run", "--log-format", "json")
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert lines[-1]["event"] == "summary" and lines[-1]["summary"]["outcome"] == "published"
    assert [line["step"] for line in lines if line["event"] == "step_done"][-1] == "publish"
