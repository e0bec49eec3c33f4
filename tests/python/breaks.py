"""Break one row for one rule: the tests of the data, as dbt compiled them, each with a row that it must find.

A rule is broken by other values in one row of the table itself, and every other rule must hold for that row: values in one column are
searched; those that take more than one stand by hand in broken_rules.yml.
"""

import json
import re
from pathlib import Path

import duckdb
import yaml

BY_HAND = yaml.safe_load((Path(__file__).parent / "broken_rules.yml").read_text())
CONDITION = re.compile(r"when not coalesce\((.*?), false\) then '(\w+)'", re.S)
# Values to try in a column, beside the words of the rule, whatever its type: those that cannot be cast to it are null.
VALUES = [
    "null",
    "'broken'",
    "-1",
    "0",
    "1",
    "2",
    "101",
    "1e9",
    "-1e9",
    "true",
    "false",
    "'1900-01-01'",
    "'2999-12-01'",
]
# And other values of the column's own, a little less, a little more, and those of other columns.
STEPS = ["-0.01", "+0.01", "-1", "+1", "+1000"]


class DataTests:
    """The data tests of a company that was built, as dbt compiled all of them, and its warehouse, open to be broken."""

    def __init__(self, warehouse, target):
        manifest = json.loads((target / "manifest.json").read_text())
        results = json.loads((target / "run_results.json").read_text())["results"]
        sql = {result["unique_id"]: result["compiled_code"] for result in results if result.get("compiled_code")}
        self.models = {
            key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "seed")
        }
        self.nodes = {
            key: node for key, node in manifest["nodes"].items() if key in sql and node["resource_type"] == "test"
        }
        self.sql = {key: sql[key] for key in self.nodes}
        self.model_sql = sql
        self.connection = duckdb.connect(str(warehouse))

    def generic(self, *kinds):
        """(test, kind, relation, arguments) of the generic tests of these kinds."""
        for key, node in self.nodes.items():
            metadata = node.get("test_metadata")
            if metadata and metadata["name"] in kinds:
                yield key, metadata["name"], self.models[node["attached_node"]]["relation_name"], metadata["kwargs"]

    def kinds(self):
        return {node["test_metadata"]["name"] for node in self.nodes.values() if node.get("test_metadata")}

    def relations(self):
        return [(key, node["relation_name"]) for key, node in self.models.items() if node["resource_type"] == "model"]

    def reading(self, key):
        """The tests that read a model."""
        return [test for test, node in self.nodes.items() if key in node["depends_on"]["nodes"]]

    def empty(self, key):
        relation = self.models[key]["relation_name"]
        if self.models[key]["config"]["materialized"] == "view":
            view = f"create or replace view {relation} as select * from (\n{self.model_sql[key]}\n) where false"
            self.connection.execute(view)
        else:
            self.connection.execute(f"delete from {relation}")

    def found(self, key, relation=None):
        """The rows that a test finds, with another table in the place of a relation."""
        sql = self.sql[key].replace(relation, "broken_rows") if relation else self.sql[key]
        return self.connection.execute(sql).fetchall()

    def types(self, relation):
        return {row[0]: row[1] for row in self.connection.execute(f"describe {relation}").fetchall()}

    def put(self, query):
        """Make the table that stands for a broken relation."""
        self.connection.execute(f"create or replace temp table broken_rows as {query}")

    def break_alone(self, key, relation, rule):
        """Put one row that breaks this rule of a test and no other; the change, or None where none was found."""
        rules = {name: condition for condition, name in CONDITION.findall(self.sql[key])}
        mart = relation.split(".")[-1].strip('"')
        broken = f"not coalesce({rules[rule]}, false)"
        holds = " and ".join(
            [f"coalesce({condition}, false)" for name, condition in rules.items() if name != rule] or ["true"]
        )
        types = self.types(relation)
        source = f"(select * from {relation} limit 2000)"
        by_hand = BY_HAND.get(mart, {}).get(rule)
        if by_hand is not None:
            rows = by_hand.get("rows", source)
            where = by_hand.get("where", "true")
            replaced = ", ".join(
                f"cast({value} as {types[column]}) as {column}" for column, value in by_hand.get("set", {}).items()
            )
            columns = f"* replace ({replaced})" if replaced else "*"
            self.put(f"select * from (select {columns} from {rows} where {where}) where {broken} and {holds} limit 1")
            return by_hand if self.connection.execute("from broken_rows").fetchall() else None
        for column, kind in types.items():
            if not re.search(rf"\b{column}\b", rules[rule]):
                continue
            words = re.findall(r"'[^']*'", rules[rule])
            values = [f"try_cast({value} as {kind})" for value in [*VALUES, *words]]
            others = [other for other, its in types.items() if other != column and its == kind]
            values += (
                [f"try_cast({other} {step} as {kind})" for other in [column, *others] for step in STEPS]
                if kind != "BOOLEAN" and kind != "VARCHAR"
                else []
            )
            values += others
            for value in values:
                try:
                    self.put(
                        f"select * from (select * replace ({value} as {column}) from {source}) "
                        f"where {broken} and {holds} limit 1"
                    )
                except duckdb.Error:
                    continue
                if self.connection.execute("from broken_rows").fetchall():
                    return {"set": {column: value}}
        return None
