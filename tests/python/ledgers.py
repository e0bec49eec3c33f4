"""Small companies for tests: rows written as Python, filled up to the input contract and written as Parquet."""

from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from customer_value.contract import inputs

ARROW_TYPES = {
    "string": pa.string(),
    "timestamp": pa.timestamp("us"),
    "date": pa.date32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}
LOADED_AT = datetime(2026, 1, 1)


def at(text):
    """An instant from `2025-03-01` or `2025-03-01 14:30`."""
    return datetime.fromisoformat(text)


def customer(customer_id, **columns):
    return {"customer_id": customer_id, "customer_name": f"Name of {customer_id}", "country": "US"} | columns


def plan(plan_id, **columns):
    return {
        "plan_id": plan_id,
        "plan_name": plan_id,
        "product_name": "Product",
        "product_type": "core",
        "tier_rank": 1,
        "billing_interval": "month",
        "interval_count": 1,
        "unit_amount": 100,
        "currency": "USD",
    } | columns


def change(customer_id, changed_at, status="active", unit_amount=100, **columns):
    """An entry of the subscription log; subscription and item take the customer's id where they are not named."""
    subscription_id = columns.pop("subscription_id", customer_id)
    return {
        "subscription_id": subscription_id,
        "item_id": subscription_id,
        "changed_at": at(changed_at),
        "customer_id": customer_id,
        "plan_id": "basic",
        "status": status,
        "quantity": 1,
        "unit_amount": unit_amount,
        "currency": "USD",
        "billing_interval": "month",
        "interval_count": 1,
    } | columns


def write(raw, tables):
    """Write the tables into the folder `raw` as the contract has them; absent inputs are not written.

    The log, which alone is required, is always written.
    """
    raw.mkdir(parents=True, exist_ok=True)
    for contract in inputs().values():
        if contract.name not in tables and not contract.required:
            continue
        rows = tables.get(contract.name, [])
        unknown = {column for row in rows for column in row} - set(contract.columns)
        assert not unknown, f"{contract.name} has no columns {unknown}"
        columns = {
            name: pa.array(
                [row.get(name, LOADED_AT if name == "loaded_at" else None) for row in rows], ARROW_TYPES[type_name]
            )
            for name, type_name in contract.columns.items()
        }
        pq.write_table(pa.table(columns), raw / f"{contract.name}.parquet")
