"""Which columns of two relations differ, and of which marts of two companies, their rows matched by a key."""

import yaml

from customer_value.settings import PROJECT


def differing(connection, given, landed, key, columns, places=2):
    """Column -> how many rows of two relations differ in it; `rows`: those that one of them lacks. Columns that are equal are left out.

    Numbers are equal where they are at some decimal places. `landed` and `given` are relations as SQL, with names of their own.
    """
    types = dict(connection.execute(f"select column_name, column_type from (describe from {given})").fetchall())
    joined = " and ".join(f"a.{name} is not distinct from b.{name}" for name in key)
    counts = ["count(*) filter (a.is_here is null or b.is_here is null) as rows"]
    for name in columns:
        values = [f"{side}.{name}" for side in "ab"]
        if types[name].startswith(("DECIMAL", "DOUBLE", "FLOAT")):
            # What lies on the border between two roundings is equal, too.
            is_known = " <> ".join(f"({value} is null)" for value in values)
            is_other = f"coalesce(abs({' - '.join(values)}) > 0.6 * 0.1 ** {places}, {is_known})"
        else:
            is_other = " is distinct from ".join(values)
        counts.append(f"count(*) filter (a.is_here and b.is_here and ({is_other})) as {name}")
    result = connection.execute(
        f"select {', '.join(counts)} from (select *, true as is_here from {given}) as a "
        f"full join (select *, true as is_here from {landed}) as b on {joined}"
    )
    names = [each[0] for each in result.description]
    return {name: count for name, count in zip(names, *result.fetchall(), strict=True) if count}


def mart_keys():
    """Mart -> the columns of its key, by its uniqueness test."""
    found = {}
    for file in sorted((PROJECT / "models" / "marts").rglob("*.yml")):
        for model in yaml.safe_load(file.read_text()).get("models", []):
            for test in model.get("data_tests", []):
                if isinstance(test, dict) and "unique_combination_of_columns" in test:
                    arguments = test["unique_combination_of_columns"]["arguments"]
                    found[model["name"]] = arguments["combination_of_columns"]
            for column in model.get("columns", []):
                if "unique" in column.get("data_tests", []):
                    found.setdefault(model["name"], [column["name"]])
    return found


def mart_differences(connection, given, landed, replaced):
    """Mart -> what differs in it, of two catalogues of a connection; marts that are equal, or in one of them alone, are left out.

    `replaced`: mart -> SQL expressions that stand in for columns of the second catalogue.
    """
    found = {}
    for mart, key in mart_keys().items():
        query = "select column_name from duckdb_columns() where database_name = ? and schema_name = 'marts' and table_name = ?"
        names = [name for (name,) in connection.execute(query, [given, mart]).fetchall()]
        if names and connection.execute(query, [landed, mart]).fetchall():
            mine = (
                f"(select * replace ({replaced[mart]}) from {landed}.marts.{mart})"
                if mart in replaced
                else f"{landed}.marts.{mart}"
            )
            columns = [name for name in names if name not in key]
            found[mart] = differing(connection, f"{given}.marts.{mart}", mine, key, columns)
    return {mart: columns for mart, columns in found.items() if columns}
