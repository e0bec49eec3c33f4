"""What failed in a build or a check, in words, and which marts are withheld for it.

A failure withholds the mart that it was found in and every mart that descends from it: readers keep the last good ones. A
failure in the core, the marts of revenue and quality, or in what they are made of without another mart in between, stops
the publication as a whole.
"""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, field
from functools import partial

from customer_value.build_metadata import record
from customer_value.errors import BuildError
from customer_value.files import literal
from customer_value.queries import rows_of
from customer_value.rejections import excess
from customer_value.server import server_of
from customer_value.terminal import counted, say

CORE = ("marts/revenue/", "marts/quality/")
FAILED = ("fail", "error", "runtime error")
# Rows of a failed test that are named, and columns of a row.
NAMED_ROWS, NAMED_COLUMNS = 3, 6
NAMED_FAILURES = 5
# The test that holds too many rejected rows back.
GATE = "rejected_shares_are_within_the_limit"
# The tests that a model or a seed runs itself where the command line builds it (macros/check_model.sql).
CHECKED_IN_MODELS = ("unique_combination_of_columns", "expression_is_true")
# What one says whose rules do not hold for every row: the query that finds them, and the rules in that query.
RULES = re.compile(r"Rules do not hold: (select .* group by broken_rule)")
CASES = re.compile(r"(case\s+when not coalesce\(.*?\bend) as broken_rule", re.DOTALL)
# What one says whose key is not unique.
KEY = re.compile(r"One row per (.*) does not hold: (select .* having count\(\*\) > 1)")


class WithheldError(BuildError):
    """Some marts were withheld; all others are published."""


@dataclass(frozen=True)
class Failure:
    """One failure: the model that it was found in, the rule that it breaks, how many rows do, and the keys of some."""

    model: str
    rule: str
    message: str = ""
    row_count: int | None = None
    rows: list = field(default_factory=list)
    # The nodes of dbt that are at fault.
    nodes: tuple = ()

    def __str__(self):
        count = "" if self.row_count is None else counted(self.row_count, "row")
        named = "; ".join(f"({', '.join(f'{name} = {value}' for name, value in row.items())})" for row in self.rows)
        found = ", for example ".join(filter(None, (count, named))) or self.message
        return ": ".join(filter(None, (self.model, self.rule, found)))


@dataclass(frozen=True)
class Withheld:
    """A mart that is withheld, why, and the columns that it would have had."""

    mart: str
    reason: str
    columns: dict


def descendants(children, nodes, through):
    """The models that descend from some nodes by a graph of dbt, with these nodes; no further than models that `through` lets pass."""
    found, left = set(nodes), list(nodes)
    while left:
        for child in children.get(left.pop(), []):
            if child not in found and child.startswith("model."):
                found.add(child)
                if through(child):
                    left.append(child)
    return found


class Project:
    """The project as dbt has read it for the last build, and what came of it."""

    def __init__(self, settings):
        target = settings.warehouse.parent / "target"
        server = server_of(settings)
        # What failed is looked up where it was built.
        self.rows_of = server.rows if server else partial(rows_of, settings.warehouse)
        try:
            self.manifest = json.loads((target / "manifest.json").read_text())
            run = json.loads((target / "run_results.json").read_text())
        except (OSError, ValueError):
            # dbt did not come to write them, or had no room to.
            self.manifest, run = {"nodes": {}, "child_map": {}}, {"results": [], "metadata": {}}
        self.nodes = self.manifest["nodes"]
        self.results = run["results"]
        self.build_id = run["metadata"].get("invocation_id")
        self.marts = {
            unique_id: node["name"]
            for unique_id, node in self.nodes.items()
            if node["resource_type"] == "model" and node["path"].startswith("marts/")
        }
        self.core = {unique_id for unique_id in self.marts if self.nodes[unique_id]["path"].startswith(CORE)}
        # A mart also follows those whose numbers it shows out of the same intermediate models: meta.follows in its yml.
        ids = {name: unique_id for unique_id, name in self.marts.items()}
        self.children = {unique_id: list(children) for unique_id, children in self.manifest["child_map"].items()}
        for unique_id in self.marts:
            for name in self.nodes[unique_id]["config"].get("meta", {}).get("follows", []):
                self.children.setdefault(ids[name], []).append(unique_id)
        self.keys, self.check_counts = {}, Counter()
        for node in self.nodes.values():
            test = node.get("test_metadata") or {}
            if test.get("name") == "unique_combination_of_columns":
                self.keys[node["attached_node"]] = test["kwargs"]["combination_of_columns"]
            elif test.get("name") == "unique":
                self.keys[node["attached_node"]] = [test["kwargs"]["column_name"]]
            if test.get("name") in CHECKED_IN_MODELS:
                self.check_counts[node["attached_node"]] += 1

    def at_fault(self, node):
        """The nodes that a failed node puts at fault.

        Of a test that compares several: marts before what they are made of, other marts before those of the core, which
        have tests of their own.
        """
        if node["resource_type"] != "test":
            return (node["unique_id"],)
        if node.get("attached_node"):
            return (node["attached_node"],)
        compared = [unique_id for unique_id in node["depends_on"]["nodes"] if not unique_id.startswith("macro.")]
        marts = [unique_id for unique_id in compared if unique_id in self.marts]
        return tuple([each for each in marts if each not in self.core] or marts or compared)

    def reached(self, nodes, through):
        """The models that descend from some nodes, with themselves; no further than models that `through` lets pass."""
        return descendants(self.children, nodes, through)

    def stops(self, failure):
        """Whether a failure stops the publication as a whole."""
        if not failure.nodes or self.core.intersection(failure.nodes):
            return True
        if any(unique_id in self.marts for unique_id in failure.nodes):
            return False
        other_marts = self.marts.keys() - self.core
        return bool(self.core & self.reached(failure.nodes, lambda child: child not in other_marts))

    def withheld(self, failures):
        """The marts that failures withhold."""
        found = {}
        for failure in failures:
            for unique_id in sorted(self.reached(failure.nodes, lambda child: True) & self.marts.keys()):
                found.setdefault(unique_id, failure)
        for result in self.results:
            if result["status"] == "skipped" and result["unique_id"] in self.marts and failures:
                found.setdefault(result["unique_id"], failures[0])
        return [
            Withheld(
                mart=self.marts[unique_id],
                reason=str(failure),
                columns={name: column["data_type"] for name, column in self.nodes[unique_id]["columns"].items()},
            )
            for unique_id, failure in found.items()
        ]

    def key_of(self, unique_id):
        """The columns that name a row of a model."""
        return self.keys.get(unique_id) or list(self.nodes.get(unique_id, {}).get("columns", {}))[:NAMED_ROWS]

    def rows(self, query):
        found = self.rows_of(f"select * from ({query}) as failed_rows limit {NAMED_ROWS}")
        return [{name: str(value) for name, value in list(row.items())[:NAMED_COLUMNS]} for row in found]

    def broken_rules(self, unique_id, compiled):
        """A failure for each rule of expression_is_true that is broken, with the keys of rows that break it."""
        model = self.nodes[unique_id]
        (cases,) = CASES.findall(compiled)
        keys = ", ".join(self.key_of(unique_id))
        for row in self.rows_of(compiled):
            cases_by_row = f"(select *, {cases} as broken_rule from {model['relation_name']}) as cases"
            broken = f"from {cases_by_row} where broken_rule = {literal(row['broken_rule'])}"
            yield Failure(
                model=model["name"],
                rule=row["broken_rule"],
                row_count=row["row_count"],
                rows=self.rows(f"select {keys} {broken} order by {keys}"),
                nodes=(unique_id,),
            )

    def broken_key(self, model, columns, query):
        """The failure of a model in which several rows have one key."""
        (found,) = self.rows_of(f"select count(*) as row_count from ({query}) as repeated_keys")
        return Failure(
            model=model["name"],
            rule=f"one row per {columns}",
            row_count=found["row_count"],
            rows=self.rows(query),
            nodes=(model["unique_id"],),
        )

    def failures(self):
        """Every failure of the last build."""
        for result in self.results:
            node = self.nodes.get(result["unique_id"])
            if result["status"] not in FAILED or node is None:
                continue
            nodes = self.at_fault(node)
            message = " ".join((result.get("message") or "").split())
            compiled = result.get("compiled_code") or ""
            test = node.get("test_metadata") or {}
            if result["status"] == "fail" and test.get("name") == "expression_is_true" and CASES.search(compiled):
                yield from self.broken_rules(*nodes, compiled)
                continue
            if rules := RULES.search(message):
                yield from self.broken_rules(*nodes, rules[1])
                continue
            if key := KEY.search(message):
                yield self.broken_key(node, *key.groups())
                continue
            is_test = node["resource_type"] == "test"
            columns = test.get("kwargs", {}).get("combination_of_columns")
            named = sorted(self.nodes.get(each, {}).get("name", each) for each in nodes)
            yield Failure(
                model=", ".join(named) if is_test else node["name"],
                rule=f"one row per {', '.join(columns)}" if columns else node.get("alias") or node["name"],
                message=message,
                row_count=result.get("failures") if result["status"] == "fail" else None,
                rows=self.rows(compiled) if result["status"] == "fail" else [],
                nodes=nodes,
            )


def warnings_of(settings):
    """The tests of the last build that only warn, with the number of rows that they found."""
    try:
        results = json.loads((settings.warehouse.parent / "target" / "run_results.json").read_text())["results"]
    except (OSError, ValueError):
        return
    for result in results:
        if result["status"] == "warn":
            name, count = result["unique_id"].split(".")[2], result["failures"]
            yield f"{name}: {counted(count, 'row')}"


def settle(settings, error, quoted=()):
    """After a build that failed: record which marts are withheld, so that all others may be published. `quoted`: what dbt said.

    Raises BuildError, with what failed, where nothing may be published.
    """
    project = Project(settings)
    failures = list(project.failures())
    if any(failure.rule == GATE for failure in failures):
        lines = excess(settings.warehouse, settings.vars["max_rejected_rate"])
        raise BuildError("\n".join([lines[0] + " What was published stays published.", *lines[1:]])) from None
    stopping = [failure for failure in failures if project.stops(failure)]
    if stopping or not failures:
        # What dbt could not read has no failed node: its own words say what it is.
        raise BuildError(
            "\n".join([str(error), *(map(str, stopping[:NAMED_FAILURES]) if failures else quoted)])
        ) from None
    marts = project.withheld(failures)
    # A model that was built has checked its key and its rules.
    passed = sum(
        {"pass": 1, "success": project.check_counts[result["unique_id"]]}.get(result["status"], 0)
        for result in project.results
    )
    record(settings, "passed_test_count", str(passed))
    record(settings, "partial_build", project.build_id)
    withhold(settings, project.build_id, marts)
    for failure in failures:
        say(f"failed: {failure}")
    say(f"withheld: {names(marts) or 'no mart'}; all others go on.")


def withhold(settings, build_id, marts):
    """Record for publish which marts of a build are withheld, in place of those of earlier builds."""
    values = [json.dumps({"build_id": build_id, **asdict(each)}) for each in marts]
    record(settings, "withheld_mart", *values)


def withheld_of(settings):
    """The marts of the present build that are withheld."""
    found = rows_of(
        settings.warehouse,
        "select value, (select max(build_id) from staging.run_settings) as build_id "
        "from history.build_metadata where kind = 'withheld_mart' order by value",
    )
    values = [(json.loads(row["value"]), row["build_id"]) for row in found]
    return [
        Withheld(value["mart"], value["reason"], value["columns"])
        for value, build_id in values
        if value["build_id"] == build_id
    ]


def names(marts):
    return ", ".join(sorted(each.mart for each in marts))


def require_whole(settings):
    """Raise WithheldError where a mart is withheld: the command did what it could, and failed."""
    marts = withheld_of(settings)
    if marts:
        reasons = "\n".join(sorted({f"  {each.reason}" for each in marts}))
        raise WithheldError(f"withheld: {names(marts)}: what was published of them stays published. Why:\n{reasons}")
