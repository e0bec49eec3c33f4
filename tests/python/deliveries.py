"""A company's inputs day by day, for runs that follow each other on two targets."""

import duckdb


def deliver(source, raw, day=None):
    """The inputs of a company, those alone that had been loaded by the end of a day."""
    raw.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for path in sorted(source.iterdir()):
            if path.name == "truth":
                continue
            files = path / "*.parquet" if path.is_dir() else path
            condition = f"where loaded_at < timestamp '{day}' + interval 1 day" if day else ""
            connection.execute(
                f"copy (from read_parquet('{files}', union_by_name = true) {condition}) to '{raw / path.stem}.parquet' (format parquet)"
            )


def last_two_days(company):
    """The day before the as-of day of what a company has published, and that day."""
    (last_day,) = company.rows("select as_of_date from main.publication")[0]
    return [str(last_day.replace(day=last_day.day - 1)) if last_day.day > 1 else str(last_day), str(last_day)]


def files_of(*companies):
    return [company.settings.published / "customer_value.duckdb" for company in companies]
