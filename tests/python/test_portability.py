"""The compiled SQL of every model and test keeps to what DuckDB, Postgres and Spark all take.

Looked for on the syntax tree: the constructs that one of the engines refuses, or answers otherwise. What only macros in
macros/portable/ write (series of numbers, intervals, hashes) is theirs to get right on each engine.
"""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import sqlglot
from conftest import take_what_was_read
from sqlglot import exp
from sqlglot.tokens import TokenType

from customer_value.settings import PROJECT, Settings

# Functions that one of the engines lacks, or that mean something else there.
FUNCTIONS = {
    "median", "quantile_cont", "quantile_disc", "approx_quantile", "approx_count_distinct", "any_value", "first", "last",
    "arg_max", "arg_min", "max_by", "min_by", "count_if", "countif", "if", "iff", "decode", "every", "string_agg",
    "listagg", "group_concat", "array_agg", "list", "unnest", "explode", "strftime", "strptime", "to_char",
    "date_format", "datediff", "date_diff", "datesub", "regexp_replace", "regexp_matches", "regexp_like", "log",
    "concat", "isnan", "lgamma", "struct_pack", "list_value", "range",
}  # fmt: skip


def nodes(tree):
    """What is banned, by node of the syntax tree."""
    for node in tree.walk():
        match node:
            case exp.Qualify():
                yield "QUALIFY"
            case exp.Group() if node.args.get("all") is not None:
                yield "GROUP BY ALL"
            case exp.Distinct() if node.args.get("on"):
                yield "DISTINCT ON"
            case exp.TryCast():
                yield "TRY_CAST"
            case exp.Filter():
                yield "FILTER (WHERE)"
            case exp.IgnoreNulls() | exp.RespectNulls():
                yield "IGNORE NULLS"
            case exp.Star() if node.args.get("except_") or node.args.get("except") or node.args.get("replace"):
                yield "* EXCLUDE or REPLACE"
            case exp.With() if node.args.get("recursive"):
                yield "WITH RECURSIVE"
            case exp.SetOperation() if node.args.get("by_name"):
                yield "UNION BY NAME"
            case exp.Join() if (node.args.get("method") or "").upper() == "ASOF":
                yield "ASOF JOIN"
            case exp.Join() if node.side == "FULL" and any(
                not isinstance(condition, exp.EQ)
                for condition in node.args["on"].flatten()
                if isinstance(node.args["on"], exp.And)
            ):
                yield "FULL JOIN on more than equalities"
            case exp.Subquery() if isinstance(node.parent, exp.From | exp.Join) and not node.alias:
                yield "subquery in FROM without alias"
            case exp.Window() if node.find(exp.Distinct):
                yield "DISTINCT in a window"
            case exp.AtTimeZone():
                yield "AT TIME ZONE"
            case exp.Pivot():
                yield "PIVOT"
            case exp.Select() if node.args.get("windows"):
                yield "WINDOW"
            case exp.Array() | exp.Struct() | exp.Bracket() | exp.Lambda():
                yield "arrays, structs, lambdas"
            case exp.IntDiv():
                yield "//"
            case exp.Column() if isinstance(node.this, exp.Identifier) and node.this.quoted:
                yield "quoted column"
            case exp.Literal() if node.is_string and "\\" in node.this:
                yield "backslash in a literal"


def lateral_aliases(tree):
    """Aliases that the same SELECT reads again: Postgres knows only the columns of its sources."""
    for select in tree.find_all(exp.Select):
        for alias in select.expressions:
            own = {column.name for column in alias.find_all(exp.Column)}
            if not isinstance(alias, exp.Alias) or alias.alias in own:
                continue
            readers = [other for other in select.expressions if other is not alias]
            readers += [select.args[part] for part in ("where", "having") if select.args.get(part)]
            for reader in readers:
                for column in reader.find_all(exp.Column):
                    if column.name == alias.alias and not column.table and column.find_ancestor(exp.Select) is select:
                        yield f"alias {alias.alias} read in its own SELECT"


def banned(sql):
    """Every construct in a statement that the three engines do not share."""
    tokens = sqlglot.tokenize(sql, dialect="duckdb")
    found = {"::" for token in tokens if token.token_type == TokenType.DCOLON}
    found |= {
        f"{token.text.lower()}()"
        for token, following in itertools.pairwise(tokens)
        if following.token_type == TokenType.L_PAREN and token.text.lower() in FUNCTIONS
    }
    for tree in sqlglot.parse(sql, dialect="duckdb"):
        found |= {*nodes(tree), *lateral_aliases(tree)}
    return found


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiled SQL of every model and data test, by path."""
    target = tmp_path_factory.mktemp("compiled")
    take_what_was_read(target)
    environment = Settings.of().environment() | {"DBT_TARGET_PATH": str(target)}
    command = [Path(sys.executable).with_name("dbt"), "compile", "--target", "lint", "--exclude", "test_type:unit"]
    finished = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stdout
    folder = target / "compiled" / "customer_value"
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.sql")}


def test_every_engine_takes_the_sql(compiled):
    assert sum(path.startswith("models") for path in compiled) >= len(list((PROJECT / "models").rglob("*.sql")))
    found = {path: banned(sql) for path, sql in compiled.items()}
    assert {path: constructs for path, constructs in found.items() if constructs} == {}


@pytest.mark.parametrize(
    "dialect",
    [
        # Those whose grammar refuses most.
        "snowflake",
        "bigquery",
        *(pytest.param(each, marks=pytest.mark.nightly) for each in ("clickhouse", "databricks", "redshift", "trino")),
    ],
)
def test_the_sql_parses_for_other_engines(compiled, dialect):
    """As SQLGlot knows them: what does not parse fails there, what does may fail all the same."""

    def refusal(sql):
        try:
            sqlglot.parse(sql, dialect=dialect)
        except sqlglot.errors.ParseError as error:
            return error.errors[0]["description"]

    found = {path: refusal(sql) for path, sql in compiled.items()}
    assert {path: said for path, said in found.items() if said} == {}


@pytest.mark.nightly
def test_every_engine_takes_the_sql_of_closed_months(demo, tmp_path):
    """The marts that show what was published: SQL of their own, where months are closed and a history is there."""
    marts = ["customer_months", "mrr_movements", "mrr_monthly"]
    found = demo.dbt(
        *["compile", "--vars", "closed_until: '2026-01-31'", "--select", "closed_months", "cohort_retention", *marts],
        DBT_TARGET_PATH=str(tmp_path),
    )
    assert found.returncode == 0, found.stdout
    compiled = {path.stem: path.read_text() for path in (tmp_path / "compiled" / "customer_value").rglob("*.sql")}
    assert {mart for mart, sql in compiled.items() if '"history"."closed_' in sql} >= {"closed_months", *marts}
    assert {mart: banned(sql) for mart, sql in compiled.items() if banned(sql)} == {}


@pytest.mark.parametrize(
    ("sql", "construct"),
    [
        ("select a from t qualify row_number() over (order by a) = 1", "QUALIFY"),
        ("select a, sum(b) from t group by all", "GROUP BY ALL"),
        ("select distinct on (a) a, b from t", "DISTINCT ON"),
        ("select try_cast(a as integer) from t", "TRY_CAST"),
        ("select count(*) filter (where a > 1) from t", "FILTER (WHERE)"),
        ("select last_value(a ignore nulls) over (order by b) from t", "IGNORE NULLS"),
        ("select * exclude (a) from t", "* EXCLUDE or REPLACE"),
        ("with recursive r as (select 1 as n) select n from r", "WITH RECURSIVE"),
        ("select a from t union by name select a from u", "UNION BY NAME"),
        ("select t.a from t asof join u on t.a >= u.a", "ASOF JOIN"),
        ("select t.a from t full join u on t.a = u.a and t.b > u.b", "FULL JOIN on more than equalities"),
        ("select a from (select 1 as a)", "subquery in FROM without alias"),
        ("select count(distinct a) over (partition by b) from t", "DISTINCT in a window"),
        ("select a at time zone 'UTC' from t", "AT TIME ZONE"),
        ("select sum(a) over w as a from t window w as (order by a)", "WINDOW"),
        ("select [1, 2] as a", "arrays, structs, lambdas"),
        ("select a // 2 from t", "//"),
        ('select "a b" from t', "quoted column"),
        ("select 'a\\b' as a", "backslash in a literal"),
        ("select a::integer from t", "::"),
        ("select median(a) from t", "median()"),
        ("select strftime(a, '%Y') from t", "strftime()"),
        ("select a + 1 as b, b + 1 as c from t", "alias b read in its own SELECT"),
        ("select a + 1 as b from t where b > 1", "alias b read in its own SELECT"),
    ],
)
def test_the_lint_finds(sql, construct):
    assert construct in banned(sql)


def test_the_lint_lets_pass():
    assert (
        banned("select t.a, cast(t.b as integer) as b, sum(t.c) over (partition by t.a) as c from t where t.b > 1")
        == set()
    )
