"""The demonstration company in the tables of vendors, as their loaders write them.

A landing says which tables and columns a loader keeps of a system, as queries (as_billing.py, as_beside_billing.py). What stands in for
the contract's inputs is left out of those. A company is written in several landings at once: billing, usage, tickets and so on.
"""

import csv
import shutil
from dataclasses import dataclass, field

import yaml

from customer_value import as_beside_billing, as_billing
from customer_value.errors import InputError
from customer_value.load import literal
from customer_value.settings import PROJECT, VARS_FILE

# Inputs that a billing system stands in for. Refunds are named by lines of the contract, which no such system has.
BILLING = ("customers", "plans", "subscription_changes", "invoice_lines", "refunds")
# Files that are ours to replace begin with it.
MARK = "# Written by customer-value generate --as"
SEEDS = {
    "plan_map": ("source", "plan_id", "product_type", "tier_rank", "included_seats"),
    "channel_map": ("source", "source_value", "channel"),
}
# How a landing's rows are written -> the ending of the files, and their format.
FORMATS = {
    "parquet": ("parquet", "parquet"),
    "json": ("jsonl", "json"),
    "csv": ("csv", "csv"),
    "dlt": ("parquet", "parquet"),
}
# What Stripe does not say of a plan, and the company does.
STRIPE_PLANS = (
    "select distinct 'stripe', price_id, product_type, tier_rank, included_seats from billing.prices join plans on nickname = plan_name "
    "where product_type is not null"
)


@dataclass(frozen=True)
class Landing:
    """What a loader keeps of a vendor's objects: table -> a query of them; the inputs of the contract that they stand in for.

    group: the word of the var connectors; variables: others that the connector needs; seeds: seed -> a query of its rows; models: input ->
    the model that stands in for it, where each is named by itself.
    """

    group: str
    vendor: str
    tables: dict[str, str]
    inputs: tuple[str, ...] = BILLING
    format: str = "parquet"
    variables: dict = field(default_factory=dict)
    seeds: dict[str, str] = field(default_factory=dict)
    models: dict[str, str] = field(default_factory=dict)


def beside(group, vendor, *inputs, **others):
    """A landing of what stands beside billing."""
    channels = as_beside_billing.CHANNELS.get(vendor)
    seeds = {"channel_map": channels} if channels else {}
    return Landing(group, vendor, getattr(as_beside_billing, vendor.upper()), inputs, seeds=seeds, **others)


PLAIN_MODELS = {
    name: f"plain_{name}"
    for name in ("subscription_changes", "invoice_lines", "usage_events", "support_tickets", "customers")
    + ("nps_responses", "marketing_spend")
}
STRIPE_SEEDS = {"plan_map": STRIPE_PLANS}
LANDINGS = {
    "stripe_fivetran": Landing("billing", "stripe", as_billing.STRIPE_FIVETRAN, seeds=STRIPE_SEEDS),
    "stripe_airbyte": Landing("billing", "stripe", as_billing.STRIPE_AIRBYTE, format="json", seeds=STRIPE_SEEDS),
    "stripe_dlt": Landing("billing", "stripe", as_billing.STRIPE_DLT, format="dlt", seeds=STRIPE_SEEDS),
    "chargebee_airbyte": Landing("billing", "chargebee", as_billing.CHARGEBEE_AIRBYTE, format="json"),
    "recurly_fivetran": Landing("billing", "recurly", as_billing.RECURLY_FIVETRAN),
    "paddle_api": Landing("billing", "paddle", as_billing.PADDLE_API, format="json"),
    "plain": Landing(
        "billing", "plain", as_beside_billing.PLAIN, tuple({*BILLING, *PLAIN_MODELS}), "csv", models=PLAIN_MODELS
    ),
    "segment": beside("usage", "segment", "usage_events"),
    "posthog": beside("usage", "posthog", "usage_events", format="json"),
    "amplitude": beside("usage", "amplitude", "usage_events"),
    "zendesk": beside("support", "zendesk", "support_tickets"),
    "intercom": beside("support", "intercom", "support_tickets"),
    "hubspot": beside("crm", "hubspot", "customers", "leads"),
    "salesforce": beside("crm", "salesforce", "customers", "leads"),
    "delighted": beside("nps", "delighted", "nps_responses"),
    "typeform": beside(
        "nps", "typeform", "nps_responses", format="json", variables={"typeform_nps_field_ids": ["h4Xk2"]}
    ),
    "google_ads": beside("spend", "google_ads", "marketing_spend"),
    "facebook_ads": beside("spend", "facebook_ads", "marketing_spend"),
}


def landings_of(names):
    """The landings by their names, in their order.

    Raises InputError where there is no such landing, or one of several that stand for the same thing.
    """
    if unknown := [name for name in names if name not in LANDINGS]:
        raise InputError(f"--as {unknown[0]}: found no such landing, expected one of {', '.join(LANDINGS)}.")
    found = {name: LANDINGS[name] for name in names}
    if "plain" in names and len(names) > 1:
        raise InputError(
            f"--as {' '.join(names)}: found plain beside others, expected it alone, for it is a whole company."
        )
    for group in {landing.group for landing in found.values()} - {"spend"}:
        if len(same := [name for name, landing in found.items() if landing.group == group]) > 1:
            raise InputError(f"--as {' '.join(same)}: found {len(same)} landings of {group}, expected one of them.")
    return found


def dlt_tables(connection, queries):
    """The tables that dlt makes of objects, as SQL by name: values within others as columns `a__b`, lists as tables of their own.

    Their rows are joined by ids of dlt's; of a load, known by its time, the table _dlt_loads says when it was made.
    """
    loads = []
    for name, query in queries.items():
        connection.execute(
            f"create temp table {name} as select objects as element, md5('{name} ' || objects.id) as _dlt_id, "
            f"cast(epoch(objects._airbyte_extracted_at) as varchar) as _dlt_load_id from ({query}) as objects"
        )
        loads.append(f"select _dlt_load_id as load_id, element._airbyte_extracted_at as inserted_at from {name}")
        yield from split_by_dlt(connection, name)
    yield (
        "_dlt_loads",
        f"select distinct load_id, 'stripe' as schema_name, 0 as status, inserted_at from ({' union all '.join(loads)})",
    )


def split_by_dlt(connection, table):
    """A table of objects `element` and of what dlt joins by, flat: itself, then those of its lists. Columns without a value are left out."""
    relation = connection.table(table)
    links = [name for name in relation.columns if name != "element"]
    paths, lists = [(("element",), relation.types[relation.columns.index("element")])], []
    values = []
    while paths:
        path, kind = paths.pop(0)
        place = ".".join(f'"{part}"' for part in path)
        if kind.id == "struct":
            paths += [((*path, name), child) for name, child in kind.children]
        elif (
            path[-1] != "_airbyte_extracted_at"
            and connection.execute(f"select count({place}) from {table}").fetchone()[0]
        ):
            (lists if kind.id == "list" else values).append((place, "__".join(path[1:])))
    columns = [f'{place} as "{name}"' for place, name in values] + links
    yield table, f"select {', '.join(columns)} from {table}"
    for place, name in lists:
        child = f"{table}__{name}"
        connection.execute(
            f"create temp table {child} as select unnest({place}) as element, _dlt_id as _dlt_parent_id, "
            f"generate_subscripts({place}, 1) - 1 as _dlt_list_idx, md5(_dlt_id || '{name}' || _dlt_list_idx) as _dlt_id from {table}"
        )
        yield from split_by_dlt(connection, child)


def connectors_of(found):
    """The var connectors for landings by name."""
    connectors = {}
    for name, landing in found.items():
        if landing.models:
            connectors |= landing.models
        elif landing.group == "crm" and not any(each.group == "support" for each in found.values()):
            # A CRM has tickets, too: those of the company would not be read.
            connectors |= {given: f"{landing.vendor}_{given}" for given in landing.inputs}
        else:
            connectors[landing.group] = [connectors[landing.group], name] if landing.group in connectors else name
    return connectors


def write(connection, raw, company, names):
    """Write the company of a connection, which company.sql has made, as landings into files raw/<vendor>/<table>.

    The vars that read them stand in the folder `company`. A landing of usage takes the place of the events in raw/usage_events.
    """
    found = landings_of(names)
    connection.execute("create table landings as select unnest(?) as name", [list(found)])
    connection.execute((PROJECT / "customer_value" / "as_billing.sql").read_text())
    connection.execute((PROJECT / "customer_value" / "as_beside_billing.sql").read_text())
    if any("usage_events" in landing.inputs for landing in found.values()):
        events = raw / "usage_events"
        connection.execute(f"create view usage_events as from {literal(events / '*.parquet')}")
    variables, seeds = {"connectors": connectors_of(found)}, {}
    for landing in found.values():
        variables |= landing.variables
        folder = raw / landing.vendor
        folder.mkdir()
        tables = dlt_tables(connection, landing.tables) if landing.format == "dlt" else landing.tables.items()
        suffix, file_format = FORMATS[landing.format]
        for table, query in tables:
            path = folder / f"{table}.{suffix}"
            connection.execute(f"copy (from ({query}) order by all) to {literal(path)} (format {file_format})")
        for seed, query in landing.seeds.items():
            seeds.setdefault(seed, []).extend(connection.execute(f"from ({query}) order by all").fetchall())
    if any("usage_events" in landing.inputs for landing in found.values()):
        connection.execute("drop view usage_events")
        shutil.rmtree(events)
    if seeds:
        variables["replacements"] = {seed: own_seed(seed) for seed in seeds}
    write_settings(company, names, variables, seeds)


def own_seed(seed):
    """The seed that stands in for one of the project's."""
    return f"demonstration_{seed}"


def remove_settings(company):
    """Remove the vars and seeds that this module has written into a company's folder, and no others."""
    file = company / VARS_FILE
    if file.is_file() and file.read_text().startswith(MARK):
        file.unlink()
    for seed in SEEDS:
        (company / "seeds" / f"{own_seed(seed)}.csv").unlink(missing_ok=True)


def write_settings(company, names, variables, seeds):
    """Write the vars that read landings, and the seeds of what no system says, into a company's folder.

    Where it has vars of its own, they stay, and those that it needs are said.
    """
    file = company / VARS_FILE
    text = yaml.safe_dump(variables, sort_keys=False)
    if file.exists():
        print(f"generate: to read it, write into {file}:\n{text}")
    else:
        file.write_text(f"{MARK} {' '.join(names)}\n{text}")
        print(f"generate: the vars that read it are in {file}")
    for seed, rows in seeds.items():
        (company / "seeds").mkdir(exist_ok=True)
        with open(company / "seeds" / f"{own_seed(seed)}.csv", "w", newline="", encoding="utf-8") as target:
            csv.writer(target).writerows([SEEDS[seed], *rows])
