"""Which columns of which marts differ between two companies, rows matched by the key of each mart."""

import duckdb
import yaml

from customer_value.settings import PROJECT


def keys():
    """Mart -> the columns of its key, by its uniqueness test."""
    found = {}
    for file in (PROJECT / "models" / "marts").rglob("*.yml"):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            for test in model.get("data_tests", []):
                if isinstance(test, dict) and "unique_combination_of_columns" in test:
                    arguments = test["unique_combination_of_columns"]["arguments"]
                    found[model["name"]] = arguments["combination_of_columns"]
            for column in model.get("columns", []):
                if "unique" in column.get("data_tests", []):
                    found.setdefault(model["name"], [column["name"]])
    return found


def columns_of(connection, database, mart):
    """The columns of a mart, in their order."""
    query = "select column_name from duckdb_columns() where database_name = ? and schema_name = 'marts' and table_name = ? order by column_index"
    return [name for (name,) in connection.execute(query, [database, mart]).fetchall()]


def differences(connection, given, landed, places=2):
    """Mart -> column -> how many rows differ in it, with `rows` for those on one side alone; marts that are equal have none.

    Both are catalogues of the connection. Numbers that differ by less than half a unit of the last of some decimal places are equal.
    """
    found = {}
    for mart, key in sorted(keys().items()):
        columns = columns_of(connection, given, mart)
        if not columns:
            continue
        types = dict(
            connection.execute(
                f"select column_name, column_type from (describe {given}.marts.{mart})"
            ).fetchall()
        )
        joined = " and ".join(f"a.{name} is not distinct from b.{name}" for name in key)
        counts = []
        for name in columns:
            if name in key:
                continue
            is_number = types[name].startswith(("DECIMAL", "DOUBLE", "FLOAT"))
            differs = (
                f"round(a.{name}, {places}) is distinct from round(b.{name}, {places}) and coalesce(abs(a.{name} - b.{name}) > 0.5 * 0.1 ** {places}, true)"
                if is_number
                else f"a.{name} is distinct from b.{name}"
            )
            counts.append(f"count(*) filter (a.k and b.k and {differs}) as {name}")
        counts.append("count(*) filter (a.k is null or b.k is null) as rows")
        query = (
            f"select {', '.join(counts)} from (select *, true as k from {given}.marts.{mart}) a "
            f"full join (select *, true as k from {landed}.marts.{mart}) b on {joined}"
        )
        result = connection.execute(query)
        names = [each[0] for each in result.description]
        found[mart] = {name: count for name, count in zip(names, result.fetchone(), strict=True) if count}
    return {mart: columns for mart, columns in found.items() if columns}


if __name__ == "__main__":
    import sys

    with duckdb.connect() as connection:
        for name, file in zip(("given", "landed"), sys.argv[1:], strict=True):
            connection.execute(f"attach '{file}' as {name} (read_only)")
        for mart, columns in differences(connection, "given", "landed").items():
            print(mart, columns)
