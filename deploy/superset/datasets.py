"""Register the published marts in a running Superset: a read-only connection, a dataset per mart, one dashboard.

Called by `run` beside it with the server's address, the published file and the file that holds the password. Safe to
repeat: existing objects are updated.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
import requests

ADDRESS, PUBLISHED, PASSWORD = sys.argv[1], sys.argv[2], Path(sys.argv[3]).read_text().strip()
DATABASE = "Customer Value"


def sum_of(column):
    """The metric that sums a column."""
    return {"expressionType": "SIMPLE", "aggregate": "SUM", "column": {"column_name": column}, "label": column}


def months(mart, metrics, **more):
    """Settings of a chart over months."""
    return {
        "datasource": mart,
        "x_axis": "activity_month",
        "time_grain_sqla": "P1M",
        "metrics": [sum_of(each) for each in metrics],
        "row_limit": 10000,
        **more,
    }


def only(column, value):
    """A filter: the column has the value."""
    return {"expressionType": "SIMPLE", "clause": "WHERE", "subject": column, "operator": "==", "comparator": value}


# By chart: its kind and its settings.
CHARTS = {
    "MRR": ("echarts_timeseries_line", months("mrr_monthly", ["closing_mrr_amount"])),
    "MRR movements": (
        "echarts_timeseries_bar",
        months(
            "mrr_monthly",
            [
                f"{kind}_mrr_amount"
                for kind in "new reactivation resume expansion contraction pause churn fx adjustment".split()
            ],
            stack="Stack",
        ),
    ),
    "Customers by health": (
        "echarts_timeseries_bar",
        months("health_monthly", ["customer_count"], groupby=["health_status"], stack="Stack"),
    ),
    "NRR of plans": (
        "echarts_timeseries_line",
        months(
            "mrr_by_dimension_monthly",
            ["nrr_12m_rate"],
            groupby=["dimension_value"],
            adhoc_filters=[only("dimension_name", "plan")],
        ),
    ),
    "Churn by kind": (
        "echarts_timeseries_bar",
        months(
            "churn_monthly",
            ["churn_customer_count"],
            groupby=["split_value"],
            adhoc_filters=[only("churn_split", "kind")],
            stack="Stack",
        ),
    ),
    "MRR forecast": (
        "echarts_timeseries_line",
        months("mrr_forecast", ["forecast_low_amount", "forecast_mrr_amount", "forecast_high_amount"])
        | {"x_axis": "forecast_month"},
    ),
    "Expected cash": (
        "echarts_timeseries_bar",
        months("expected_cash_monthly", ["net_cash_amount"], groupby=["cash_source"], stack="Stack")
        | {"x_axis": "forecast_month"},
    ),
    "Expected loss": ("echarts_timeseries_line", months("expected_loss_monthly", ["expected_loss_amount"])),
    "Receivables": (
        "table",
        {
            "datasource": "receivables",
            "query_mode": "aggregate",
            "groupby": ["age_band"],
            "metrics": [sum_of("open_amount"), sum_of("invoice_count")],
            "row_limit": 100,
        },
    ),
    "Priority list": (
        "table",
        {
            "datasource": "customer_segments",
            "query_mode": "raw",
            "all_columns": [
                "priority_rank",
                "customer_id",
                "health_status",
                "segment_name",
                "expected_loss_amount",
                "churn_probability_90d",
                "play",
                "due_date",
            ],
            "order_by_cols": ['["priority_rank", true]'],
            "row_limit": 100,
        },
    ),
}


class Superset:
    """The REST interface of a server, as the administrator."""

    def __init__(self):
        self.session = requests.Session()
        login = {"username": "admin", "password": PASSWORD, "provider": "db", "refresh": False}
        for _ in range(60):
            try:
                token = self.session.post(f"{ADDRESS}/api/v1/security/login", json=login, timeout=30).json()[
                    "access_token"
                ]
                break
            except (requests.ConnectionError, KeyError, ValueError):
                time.sleep(2)
        else:
            sys.exit(f"{ADDRESS}: Superset did not come up; see data/superset/server.log")
        self.session.headers["Authorization"] = f"Bearer {token}"
        csrf = self.session.get(f"{ADDRESS}/api/v1/security/csrf_token/", timeout=30).json()["result"]
        self.session.headers.update({"X-CSRFToken": csrf, "Referer": ADDRESS})

    def call(self, method, path, body=None):
        answer = self.session.request(method, f"{ADDRESS}/api/v1/{path}", json=body, timeout=120)
        if not answer.ok:
            sys.exit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def put(self, kind, column, name, body):
        """Create an object, or update the one of this name; its id."""
        query = json.dumps({"filters": [{"col": column, "opr": "eq", "value": name}], "page_size": 1})
        (found,) = self.call("GET", f"{kind}/?q={query}")["ids"] or (None,)
        if found is None:
            return self.call("POST", f"{kind}/", body)["id"]
        if kind != "dataset":
            self.call("PUT", f"{kind}/{found}", body)
        return found


def main():
    """Create the connection, the datasets with their columns' descriptions, the charts and the dashboard."""
    superset = Superset()
    database = superset.put(
        "database",
        "database_name",
        DATABASE,
        {
            "database_name": DATABASE,
            "sqlalchemy_uri": f"duckdb:///{PUBLISHED}?access_mode=read_only",
            "expose_in_sqllab": True,
        },
    )
    with duckdb.connect(PUBLISHED, read_only=True) as connection:
        comments = connection.execute(
            "select table_name, column_name, comment from duckdb_columns() where schema_name = 'marts'"
        ).fetchall()
        tables = connection.execute(
            "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
    datasets = {}
    for table, comment in tables:
        dataset = superset.put(
            "dataset", "table_name", table, {"database": database, "schema": "marts", "table_name": table}
        )
        superset.call("PUT", f"dataset/{dataset}/refresh")
        described = {column: text for mart, column, text in comments if mart == table}
        columns = superset.call("GET", f"dataset/{dataset}")["result"]["columns"]
        kept = ("id", "column_name", "type", "is_dttm", "filterable", "groupby")
        superset.call(
            "PUT",
            f"dataset/{dataset}",
            {
                "description": comment,
                "columns": [
                    {key: column[key] for key in kept} | {"description": described.get(column["column_name"])}
                    for column in columns
                ],
            },
        )
        datasets[table] = dataset
    dashboard = superset.put(
        "dashboard",
        "slug",
        "customer-value",
        {"dashboard_title": DATABASE, "slug": "customer-value", "published": True},
    )
    charts = {}
    for name, (kind, settings) in CHARTS.items():
        dataset = datasets[settings["datasource"]]
        params = settings | {"viz_type": kind, "datasource": f"{dataset}__table"}
        charts[name] = superset.put(
            "chart",
            "slice_name",
            name,
            {
                "slice_name": name,
                "viz_type": kind,
                "datasource_id": dataset,
                "datasource_type": "table",
                "params": json.dumps(params),
                "dashboards": [dashboard],
            },
        )
    rows = [f"ROW-{number}" for number in range(len(charts))]
    layout = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "GRID_ID": {"type": "GRID", "id": "GRID_ID", "children": rows, "parents": ["ROOT_ID"]},
        "HEADER_ID": {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": DATABASE}},
    }
    for row, (name, chart) in zip(rows, charts.items(), strict=True):
        place = f"CHART-{chart}"
        layout[row] = {
            "type": "ROW",
            "id": row,
            "children": [place],
            "parents": ["ROOT_ID", "GRID_ID"],
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        layout[place] = {
            "type": "CHART",
            "id": place,
            "children": [],
            "parents": ["ROOT_ID", "GRID_ID", row],
            "meta": {"chartId": chart, "sliceName": name, "width": 12, "height": 50},
        }
    superset.call("PUT", f"dashboard/{dashboard}", {"position_json": json.dumps(layout)})
    print(f"{len(datasets)} datasets and a dashboard of {len(charts)} charts are ready.")


if __name__ == "__main__":
    main()
