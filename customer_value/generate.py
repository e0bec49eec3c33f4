"""generate: write a demonstration company in the shape of the input contract.

A simulation with known ground truth. Every customer has a probability of leaving at each renewal, drawn once from a beta
distribution of its segment (billing interval x size), so that the customers of a segment leave by a
shifted-beta-geometric curve (Fader and Hardie, 2007). The same probability lowers usage, NPS and punctuality and
raises tickets, and usage fades in the weeks before a customer leaves. The ground truth stands in `truth/`, which no model
reads. The inputs have the usual data-quality issues: duplicates, corrections, late and unsorted rows, and rows of each kind
that staging rejects. The same arguments give the same files.
"""

import shutil

import duckdb
import numpy as np
import pyarrow as pa

from customer_value import as_landed
from customer_value.contract import DUCKDB_TYPES, inputs
from customer_value.dirt import BAD_ROWS
from customer_value.errors import InputError
from customer_value.load import literal, quoted
from customer_value.settings import PROJECT, VARS_FILE

# The last nightly load: the company is as of this day, which stands in a running month.
END = np.datetime64("2026-10-18T00:00:00", "s")

# alpha and beta of the probability to leave at a renewal, by billing interval (months) and size.
HAZARDS = {
    (1, "small"): (1.0, 16.0),
    (1, "medium"): (0.9, 24.0),
    (1, "large"): (0.8, 32.0),
    (3, "small"): (0.9, 9.0),
    (3, "medium"): (0.8, 12.0),
    (3, "large"): (0.8, 16.0),
    (12, "small"): (0.8, 3.2),
    (12, "medium"): (0.7, 3.8),
    (12, "large"): (0.7, 4.5),
}
SIZES = ("small", "medium", "large")
CHANNELS = ("organic", "paid_search", "referral", "partner", "events")
COUNTRIES = ("US", "CA", "GB", "IE", "DE", "FR", "NL", "ES")
INDUSTRIES = ("software", "retail", "finance", "health", "education", "manufacturing")
FEATURES = ("dashboard", "reports", "export", "alerts", "api", "integrations", "templates", "custom_fields", "branding")
FEATURE_SHARES = (0.3, 0.2, 0.1, 0.1, 0.08, 0.07, 0.06, 0.05, 0.04)
EVENTS_A_BATCH = 4_000_000


def people(rng, count, months):
    """One row per customer: who it is, its segment, its hazard and the random draws that the log is written from."""
    start = np.datetime64(END, "M") - (months - 1)
    days = (END - start.astype("datetime64[s]")).astype(float) / 86400
    size = rng.choice(3, count, p=(0.6, 0.3, 0.1))
    period = rng.choice((1, 3, 12), count, p=(0.62, 0.1, 0.28))
    shape = np.array([HAZARDS[p, SIZES[s]] for p, s in zip(period, size, strict=True)])
    hazard = rng.beta(shape[:, 0], shape[:, 1]).clip(1e-4, 0.95)
    employees = np.exp(rng.uniform(np.log((2, 50, 250)), np.log((49, 249, 4000)), (count, 3)))[np.arange(count), size]
    columns = {
        "n": np.arange(count),
        "size": np.array(SIZES)[size],
        "period": period,
        "hazard": hazard,
        "renewals": rng.geometric(hazard).clip(max=600),
        "second_renewals": rng.geometric(hazard).clip(max=600),
        "employee_count": employees.round(),
        # More customers came lately than at first: the company grows.
        "signed_up_at": start.astype("datetime64[s]")
        + (days * rng.random(count) ** 0.75 * 86400).astype("timedelta64[s]"),
        "channel": np.array(CHANNELS)[rng.choice(5, count, p=(0.3, 0.3, 0.2, 0.12, 0.08))],
        "country": np.array(COUNTRIES)[rng.choice(8, count, p=(0.45, 0.08, 0.14, 0.04, 0.12, 0.08, 0.05, 0.04))],
        "industry": np.array(INDUSTRIES)[rng.choice(6, count)],
        "tier": np.minimum(3, 1 + size + (rng.random(count) < 0.25)),
        "seats": np.maximum(1, (employees**0.6 * rng.uniform(0.5, 1.5, count)).round()),
        "change_count": rng.poisson(1.2, count),
    }
    draws = {f"u{i}": rng.random(count) for i in range(24)}
    # A customer adds its next user every few days.
    return pa.table(columns | draws | {"seconds_a_user": 1 + 86400 * 3 * draws["u22"]})


def write_events(connection, rng, folder, events_per_customer_month):
    """Usage, a batch of customer-months at a time, so that memory does not grow with the number of events."""
    months = connection.execute(
        "select n, epoch(from_at) as from_at, epoch(to_at) as to_at, intensity, "
        "epoch(signed_up_at) as signed_up_at, seconds_a_user, "
        "(select count(*) from users u where u.customer_id = 'c' || n) as user_count "
        "from usage_stretches join people using (n) order by n, from_at"
    ).fetchnumpy()
    share = (months["to_at"] - months["from_at"]) / (30.4 * 86400)
    intensity = months["intensity"].clip(min=0.05)
    scale = events_per_customer_month / max(float(np.average(intensity, weights=share)), 1e-9)
    counts = rng.poisson(intensity * share * scale)
    batches = np.cumsum(counts) // EVENTS_A_BATCH
    folder.mkdir()
    written = 0
    for batch in np.unique(batches):
        rows = np.repeat(np.flatnonzero(batches == batch), counts[batches == batch])
        count = len(rows)
        span = months["to_at"][rows] - months["from_at"][rows]
        seconds = (months["from_at"][rows] + span * rng.random(count)).astype("int64")
        # Nobody uses the product before being added to it.
        added = 1 + (seconds - months["signed_up_at"][rows]) // months["seconds_a_user"][rows]
        users = (added.clip(1, months["user_count"][rows]) * rng.random(count) ** 1.5).astype("int64")
        features = np.minimum(rng.choice(len(FEATURES), count, p=FEATURE_SHARES), 2 + months["n"][rows] % 7)
        events = pa.table(  # noqa: F841 - read by the query below
            {
                "i": np.arange(written, written + count),
                "n": months["n"][rows],
                "user": users,
                "feature": features,
                "occurred_at": seconds.astype("datetime64[s]"),
                "late": rng.random(count),
            }
        )
        connection.execute(
            f"""
            copy (
                select
                    'e' || i as event_id, 'c' || n as customer_id, 'u' || n || '_' || "user" as user_id,
                    {list(FEATURES)}[1 + feature] as feature, cast(occurred_at as timestamp) as occurred_at,
                    1.0::double as quantity, null::double as event_count,
                    least(night(occurred_at) + to_days(cast(case when late < 0.01 then 1 + late * 1500 else 0 end as int)),
                        end_at() + interval 3 hour) as loaded_at
                from events
            ) to {literal(folder / f"part_{int(batch):04d}.parquet")} (format parquet)
            """
        )
        written += count
        print(f"generate: {written:,} of {counts.sum():,} events", flush=True)


def write_input(connection, contract, path, seed):
    """Write one input with its dirt: repeated and corrected rows, bad rows, no order."""
    table = quoted(contract.name)
    key = " || '|' || ".join(f"coalesce(cast({column} as varchar), '')" for column in contract.key)
    # A column of the contract that company.sql does not write is null.
    written = {row[0] for row in connection.execute(f"describe {table}").fetchall()}
    columns = ", ".join(
        f"cast({c if c in written else 'null'} as {DUCKDB_TYPES[t]}) as {c}"
        for c, t in contract.columns.items()
        if not contract.column_metas[c].get("is_of_the_load")
    )
    # What one row in fifty said before it was corrected.
    mistake = "quantity + 1 as quantity, " if "quantity" in contract.columns else ""
    # Invalid rows are made of one that carries little money: more than one in twenty would not be published.
    dear = (
        "currency <> 'USD' or quantity * unit_amount > 1000, "
        if "quantity" in contract.columns and "unit_amount" in contract.columns
        else ""
    )
    bad_rows = "".join(
        f" union all (select * replace ({', '.join(f'{value} as {c}' for c, value in overrides.items())}) "
        f"from typed order by {dear}hash({key}) limit 1)"
        for overrides in BAD_ROWS[contract.name].values()
    )
    connection.execute(
        f"""
        copy (
            with typed as (select {columns} from {table}),
            -- One row in fifty was delivered twice, the second time later.
            repeated as (
                select * replace (loaded_at + interval 1 minute as loaded_at) from typed where hash({key}, {seed}) % 50 = 0
            ),
            corrected as (
                select * replace ({mistake}loaded_at - interval 1 hour as loaded_at)
                from typed where hash({key}, {seed}) % 50 = 1
            )
            select * from (from typed union all from repeated union all from corrected{bad_rows}) as delivered
            order by hash(delivered, {seed})
        ) to {literal(path)} (format parquet)
        """
    )


def generate(raw, customers, months, seed, events_per_customer_month, landings=(), company=None):
    """Write the demonstration company into the folder `raw`, its ground truth into `raw/truth`.

    With names of landings (as_landed.LANDINGS) what vendors' connectors stand in for is written in the vendors' tables, and the vars
    that read them into the folder `company`, by default that which `raw` is in.

    Raises InputError where the folder holds files that are not ours to replace, or there is no such landing.
    """
    landed = as_landed.landings_of(landings)
    replaced = {name for landing in landed.values() for name in landing.inputs}
    company = company or raw.parent
    raw.mkdir(parents=True, exist_ok=True)
    if any(raw.iterdir()) and not (raw / "truth").is_dir():
        raise InputError(
            f"{raw}: found files that are not of a demonstration company, expected an empty folder. Name one with --raw."
        )
    as_landed.remove_settings(company)
    for path in raw.iterdir():
        if raw != company or path.name not in (VARS_FILE, "seeds"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    rng = np.random.default_rng(seed)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(f"create macro end_at() as timestamp '{str(END).replace('T', ' ')}'")
        connection.register("people_rows", people(rng, customers, months))
        connection.execute("create table people as from people_rows")
        connection.execute((PROJECT / "customer_value" / "company.sql").read_text())
        write_events(connection, rng, raw / "usage_events", events_per_customer_month)
        if landed:
            as_landed.write(connection, raw, company, landings)
        for contract in inputs().values():
            if contract.name in replaced:
                continue
            if contract.name == "usage_events":
                connection.execute(
                    f"create table usage_events as (from {literal(raw / 'usage_events' / 'part_0000.parquet')} "
                    f"order by hash(event_id) limit 1000)"
                )
                path = raw / "usage_events" / "part_late.parquet"
            else:
                path = raw / f"{contract.name}.parquet"
            write_input(connection, contract, path, seed)
        truth = raw / "truth"
        truth.mkdir()
        connection.execute(
            f"copy (select 'c' || n as customer_id, period as renewal_months, size as size_name, "
            f"hazard as churn_probability, renewals as renewals_to_churn from people order by n) "
            f"to {literal(truth / 'customers.parquet')} (format parquet)"
        )
        hazards = pa.table(  # noqa: F841 - read by the query below
            {
                "renewal_months": [period for period, _ in HAZARDS],
                "size_name": [size for _, size in HAZARDS],
                "alpha": [alpha for alpha, _ in HAZARDS.values()],
                "beta": [beta for _, beta in HAZARDS.values()],
            }
        )
        connection.execute(f"copy (from hazards) to {literal(truth / 'segments.parquet')} (format parquet)")
    print(f"generate: wrote {customers:,} customers over {months} months to {raw}")
