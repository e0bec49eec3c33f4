"""The revenue answers by other means: `python peers.py NAME FOLDER AS_OF ANSWERS`, in an environment of its own (requirements.lock).

NAME is pandas, polars or sql. FOLDER holds the raw inputs without the rows that the project rejects. Written are
`customer_months` (MRR, movement, revaluation), `cohorts`, `retention` and `ltv`, as Parquet. Each peer does what its users do:
a spine of items by month, sums by customer, shifts. None does what the project does beside it: pauses, plan chains, causes,
discounts to the end of a bill, merged accounts, exact decimals, curves by segment, intervals.
"""

import sys
from pathlib import Path

import numpy as np

STATUSES = ("active", "past_due")
MONTHS = {"month": 1.0, "year": 12.0, "week": 12 / 52, "day": 12 / 365}
MARGIN, DISCOUNT, HORIZON = 0.8, 1.1 ** (-1 / 12), 60
ITEM = ["subscription_id", "item_id"]
AMOUNTS = ["mrr", "mrr_at_opening", "mrr_a_year_ago"]


def month_ends(first, as_of):
    """First days of the months from `first` to the as-of day, and the instants at which their levels are read."""
    months = np.arange(np.datetime64(first, "M"), np.datetime64(as_of, "M") + 1)
    ends = (months + 1).astype("datetime64[us]")
    ends[-1] = np.datetime64(as_of, "D") + 1
    return months, ends


def remaining_months(tenures, has_churned):
    """Discounted months to come by tenure: Kaplan-Meier where spells were observed, a shifted-beta-geometric tail beyond."""
    from lifelines import KaplanMeierFitter
    from scipy.optimize import minimize
    from scipy.special import betaln

    churned, censored = tenures[has_churned], tenures[~has_churned]

    def loss(logs):
        alpha, beta = np.exp(logs)
        return -(
            (betaln(alpha + 1, beta + churned - 1) - betaln(alpha, beta)).sum()
            + (betaln(alpha, beta + censored) - betaln(alpha, beta)).sum()
        )

    alpha, beta = np.exp(minimize(loss, np.zeros(2), method="Nelder-Mead").x)
    longest = int(tenures.max())
    ages = np.arange(longest + HORIZON + 1)
    curve = np.exp(betaln(alpha, beta + ages) - betaln(alpha, beta))
    observed = KaplanMeierFitter().fit(tenures, has_churned).survival_function_at_times(ages[: longest + 1]).to_numpy()
    curve = np.concatenate([observed, curve[longest + 1 :] * max(observed[-1], 1e-9) / curve[longest]])
    discounts = DISCOUNT ** np.arange(1, HORIZON + 1)
    return np.array(
        [0.0]
        + [
            (curve[age + 1 : age + 1 + HORIZON] / max(curve[age], 1e-9) * discounts).sum()
            for age in ages[1 : longest + 1]
        ]
    )


def with_pandas(folder, as_of, answers):
    """Pandas, with lifelines for survival."""
    import pandas as pd

    log = pd.read_parquet(folder / "subscription_changes.parquet")
    plans = pd.read_parquet(folder / "plans.parquet", columns=["plan_id", "product_type"]).drop_duplicates("plan_id")
    rates = pd.read_parquet(folder / "exchange_rates.parquet").sort_values("loaded_at")
    rates = rates.drop_duplicates(["rate_date", "currency"], keep="last")
    log = log.sort_values("loaded_at").drop_duplicates([*ITEM, "changed_at"], keep="last").merge(plans, on="plan_id")
    log = log[log.changed_at < pd.Timestamp(as_of) + pd.Timedelta(days=1)].sort_values([*ITEM, "changed_at"])
    log["valid_to"] = log.groupby(ITEM).changed_at.shift(-1)
    paying = log[log.status.isin(STATUSES) & (log.product_type != "service")].copy()
    months, ends = month_ends(log.changed_at.min(), as_of)

    first = np.searchsorted(ends, paying.changed_at.to_numpy(), "right")
    last = np.searchsorted(ends, paying.valid_to.fillna(pd.Timestamp("2200-01-01")).to_numpy(), "right")
    counts = (last - first).clip(min=0)
    rows = np.repeat(np.arange(len(paying)), counts)
    month = np.repeat(first, counts) + np.arange(counts.sum()) - np.repeat(counts.cumsum() - counts, counts)
    spine = paying.iloc[rows].assign(month=month)
    lowered = (spine.discount_kind == "recurring") & ~(spine.discount_ends_at <= ends[month])
    net = spine.quantity * spine.unit_amount * (1 - spine.discount_rate.fillna(0).where(lowered, 0))
    net = (net - spine.discount_amount.fillna(0).where(lowered, 0)).clip(lower=0)
    net = net / (spine.billing_interval.map(MONTHS) * spine.interval_count)

    grid = pd.DataFrame({"end": ends, "month": np.arange(len(ends))})
    rates["rate_date"] = pd.to_datetime(rates.rate_date).astype("datetime64[us]")
    by_month = {}
    for currency, group in rates.sort_values("rate_date").groupby("currency"):
        found = pd.merge_asof(
            grid, group[["rate_date", "rate"]], left_on="end", right_on="rate_date", allow_exact_matches=False
        )
        by_month[currency] = found.rate.bfill().to_numpy()
    table = np.ones((len(by_month) + 1, len(ends)))
    numbers = {currency: n for n, currency in enumerate(by_month, 1)}
    for currency, n in numbers.items():
        table[n] = by_month[currency]
    of = spine.currency.map(numbers).fillna(0).astype(int).to_numpy()
    for name, back in zip(AMOUNTS, (0, 1, 12), strict=True):
        spine[name] = net * table[of, np.maximum(month - back, 0)]
    levels = spine.groupby(["customer_id", "month"], as_index=False)[AMOUNTS].sum()
    levels = levels[levels.mrr > 0]

    # From its first paid month on, a customer has a row a month.
    span = levels.groupby("customer_id").month.agg(cohort="min", latest="max").reset_index()
    lengths = len(months) - span.cohort.to_numpy()
    who = np.repeat(np.arange(len(span)), lengths)
    age = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
    dense = span.iloc[who].assign(age=age, month=lambda d: d.cohort + age)
    dense = dense.merge(levels, how="left", on=["customer_id", "month"]).fillna(dict.fromkeys(AMOUNTS, 0.0))
    dense["opening"] = dense.mrr.shift(1).where(dense.age > 0, 0.0)
    dense["amount"], dense["fx"] = dense.mrr_at_opening - dense.opening, dense.mrr - dense.mrr_at_opening
    dense["movement"] = np.select(
        [
            dense.age == 0,
            (dense.opening == 0) & (dense.mrr > 0),
            (dense.opening > 0) & (dense.mrr == 0),
            dense.amount > 1e-9,
            dense.amount < -1e-9,
        ],
        ["new", "reactivation", "churn", "expansion", "contraction"],
        "none",
    )
    cohorts = dense.groupby(["cohort", "age"]).agg(customers=("mrr", lambda s: (s > 0).sum()), mrr=("mrr", "sum"))
    before = dense.mrr.shift(12).where(dense.age >= 12, 0.0)
    pairs = pd.DataFrame(
        {"month": dense.month, "before": before, "now": dense.mrr_a_year_ago.where(before > 0, 0.0)}
    ).assign(kept=lambda d: np.minimum(d.before, d.now))
    sums = pairs.groupby("month").sum()
    sums = sums[sums.before > 0]
    retention = pd.DataFrame({"nrr": sums.now / sums.before, "grr": sums.kept / sums.before}).reset_index()
    newest = dense[dense.month == len(months) - 1]
    tenures = (newest.latest - newest.cohort + 1).to_numpy()
    has_churned = (newest.mrr == 0).to_numpy()
    remaining = remaining_months(tenures, has_churned)
    ltv = pd.DataFrame({"customer_id": newest.customer_id, "ltv": newest.mrr * MARGIN * remaining[tenures]})

    first_days = months.astype("datetime64[s]")
    dense["month"] = first_days[dense.month]
    retention["month"] = first_days[retention.month]
    cohorts = cohorts.reset_index().assign(cohort=lambda d: first_days[d.cohort])
    dense[["customer_id", "month", "mrr", "movement", "amount", "fx"]].to_parquet(answers / "customer_months.parquet")
    cohorts.to_parquet(answers / "cohorts.parquet")
    retention.to_parquet(answers / "retention.parquet")
    ltv[ltv.ltv > 0].to_parquet(answers / "ltv.parquet")


def with_polars(folder, as_of, answers):
    """Polars, lazy where it helps, with the same survival."""
    import polars as pl

    plans = pl.scan_parquet(folder / "plans.parquet").unique("plan_id").select("plan_id", "product_type")
    cutoff = pl.lit(str(np.datetime64(as_of, "D") + 1)).str.to_datetime()
    log = (
        pl.scan_parquet(folder / "subscription_changes.parquet")
        .sort("loaded_at")
        .unique([*ITEM, "changed_at"], keep="last")
        .join(plans, on="plan_id")
        .filter(pl.col("changed_at") < cutoff)
        .sort([*ITEM, "changed_at"])
        .with_columns(valid_to=pl.col("changed_at").shift(-1).over(ITEM))
        .collect()
    )
    months, ends = month_ends(log["changed_at"].min(), as_of)
    grid = pl.DataFrame({"end": ends, "month": np.arange(len(ends))}).sort("end")
    paying = log.filter(pl.col("status").is_in(STATUSES) & (pl.col("product_type") != "service"))
    first = np.searchsorted(ends, paying["changed_at"].to_numpy(), "right")
    last = np.searchsorted(ends, paying["valid_to"].fill_null(pl.datetime(2200, 1, 1)).to_numpy(), "right")
    rates = (
        pl.read_parquet(folder / "exchange_rates.parquet")
        .sort("loaded_at")
        .unique(["rate_date", "currency"], keep="last")
        .with_columns(at=pl.col("rate_date").cast(pl.Datetime("us")) + pl.duration(microseconds=1))
        .sort("at")
    )
    by_month = (
        grid.join(rates.select("currency").unique(), how="cross")
        .sort("end")
        .join_asof(
            rates.select("at", "currency", "rate"), left_on="end", right_on="at", by="currency", check_sortedness=False
        )
        .sort("currency", "month")
        .with_columns(pl.col("rate").backward_fill().over("currency"))
        .with_columns(
            opening=pl.col("rate").shift(1).over("currency"), year_ago=pl.col("rate").shift(12).over("currency")
        )
        .with_columns(
            pl.col("opening").fill_null(strategy="backward").over("currency"),
            pl.col("year_ago").fill_null(strategy="backward").over("currency"),
        )
        .select("currency", "month", "rate", "opening", "year_ago")
    )
    lowered = (pl.col("discount_kind") == "recurring") & (
        pl.col("discount_ends_at").is_null() | (pl.col("discount_ends_at") > pl.col("end"))
    )
    net = pl.col("quantity") * pl.col("unit_amount")
    net = net * (1 - pl.when(lowered).then(pl.col("discount_rate").fill_null(0)).otherwise(0))
    net = net - pl.when(lowered).then(pl.col("discount_amount").fill_null(0)).otherwise(0)
    levels = (
        paying.lazy()
        .with_columns(month=pl.int_ranges(pl.Series(first), pl.Series(np.maximum(first, last))))
        .explode("month")
        .drop_nulls("month")
        .join(grid.lazy(), on="month")
        .join(by_month.lazy(), on=["currency", "month"], how="left")
        .with_columns(
            net=net.clip(0)
            / (pl.col("billing_interval").replace_strict(MONTHS, return_dtype=pl.Float64) * pl.col("interval_count"))
        )
        .group_by("customer_id", "month")
        .agg(
            (pl.col("net") * pl.col(rate).fill_null(1.0)).sum().alias(name)
            for name, rate in zip(AMOUNTS, ("rate", "opening", "year_ago"), strict=True)
        )
        .filter(pl.col("mrr") > 0)
        .collect()
    )
    dense = (
        levels.lazy()
        .group_by("customer_id")
        .agg(pl.col("month").min().alias("cohort"), pl.col("month").max().alias("latest"))
        .with_columns(month=pl.int_ranges("cohort", len(months)))
        .explode("month")
        .join(levels.lazy(), on=["customer_id", "month"], how="left")
        .with_columns(pl.col(AMOUNTS).fill_null(0.0), age=pl.col("month") - pl.col("cohort"))
        .sort("customer_id", "month")
        .with_columns(
            opening=pl.when(pl.col("age") > 0).then(pl.col("mrr").shift(1)).otherwise(0.0),
            before=pl.when(pl.col("age") >= 12).then(pl.col("mrr").shift(12)).otherwise(0.0),
        )
        .with_columns(amount=pl.col("mrr_at_opening") - pl.col("opening"), fx=pl.col("mrr") - pl.col("mrr_at_opening"))
        .with_columns(
            movement=pl.when(pl.col("age") == 0)
            .then(pl.lit("new"))
            .when((pl.col("opening") == 0) & (pl.col("mrr") > 0))
            .then(pl.lit("reactivation"))
            .when((pl.col("opening") > 0) & (pl.col("mrr") == 0))
            .then(pl.lit("churn"))
            .when(pl.col("amount") > 1e-9)
            .then(pl.lit("expansion"))
            .when(pl.col("amount") < -1e-9)
            .then(pl.lit("contraction"))
            .otherwise(pl.lit("none"))
        )
        .collect()
    )
    first_days = pl.Series("first_day", months.astype("datetime64[D]"))
    cohorts = dense.group_by("cohort", "age").agg(
        (pl.col("mrr") > 0).sum().alias("customers"), pl.col("mrr").sum().alias("mrr")
    )
    retention = (
        dense.filter(pl.col("before") > 0)
        .group_by("month")
        .agg(
            nrr=pl.col("mrr_a_year_ago").sum() / pl.col("before").sum(),
            grr=pl.min_horizontal("mrr_a_year_ago", "before").sum() / pl.col("before").sum(),
        )
    )
    newest = dense.filter(pl.col("month") == len(months) - 1)
    tenures = (newest["latest"] - newest["cohort"] + 1).to_numpy()
    remaining = remaining_months(tenures, (newest["mrr"] == 0).to_numpy())
    ltv = newest.select("customer_id", ltv=pl.col("mrr") * MARGIN * pl.Series(remaining[tenures])).filter(
        pl.col("ltv") > 0
    )
    dense.select(
        "customer_id", first_days.gather(dense["month"]).alias("month"), "mrr", "movement", "amount", "fx"
    ).write_parquet(answers / "customer_months.parquet")
    cohorts.with_columns(first_days.gather(cohorts["cohort"]).alias("cohort")).write_parquet(
        answers / "cohorts.parquet"
    )
    retention.with_columns(first_days.gather(retention["month"]).alias("month")).write_parquet(
        answers / "retention.parquet"
    )
    ltv.write_parquet(answers / "ltv.parquet")


SPINE = """
create table months as
select
    row_number() over (order by month) as n, month,
    least(month + interval 1 month, timestamp '{as_of}' + interval 1 day) as month_end
from (
    select unnest(generate_series(
        (select date_trunc('month', min(changed_at)) from '{folder}/subscription_changes.parquet'),
        timestamp '{as_of}', interval 1 month
    )) as month
);

create table rates as
with month_rates as (
    select c.currency, m.n, r.rate
    from months m
    cross join (select distinct currency from '{folder}/exchange_rates.parquet') c
    asof left join (
        from '{folder}/exchange_rates.parquet'
        qualify row_number() over (partition by rate_date, currency order by loaded_at desc) = 1
    ) r on r.currency = c.currency and m.month_end > r.rate_date
)
select
    currency, n, coalesce(rate, first_value(rate ignore nulls) over currencies) as rate,
    lag(rate, 1, rate) over currencies as opening_rate, lag(rate, 12, rate) over currencies as year_ago_rate
from month_rates
window currencies as (partition by currency order by n rows between unbounded preceding and unbounded following);

create table levels as
with log as (
    select l.*, lead(changed_at) over (partition by subscription_id, item_id order by changed_at) as valid_to
    from (
        from '{folder}/subscription_changes.parquet'
        where changed_at < timestamp '{as_of}' + interval 1 day
        qualify row_number() over (partition by subscription_id, item_id, changed_at order by loaded_at desc) = 1
    ) l
),
spine as (
    select
        l.customer_id, l.currency, m.n,
        coalesce(l.discount_kind = 'recurring', false) and coalesce(l.discount_ends_at > m.month_end, true) as lowered,
        greatest(0, l.quantity * l.unit_amount * (1 - if(lowered, coalesce(l.discount_rate, 0), 0))
            - if(lowered, coalesce(l.discount_amount, 0), 0))
        / (case l.billing_interval when 'month' then 1 when 'year' then 12 when 'week' then 12.0 / 52 else 12.0 / 365 end
            * l.interval_count) as net
    from log l
    join (select distinct plan_id from '{folder}/plans.parquet' where product_type <> 'service') p using (plan_id)
    join months m on m.month_end > l.changed_at and m.month_end <= coalesce(l.valid_to, timestamp '2200-01-01')
    where l.status in ('active', 'past_due')
)
select
    s.customer_id, s.n, sum(net * coalesce(r.rate, 1)) as mrr, sum(net * coalesce(r.opening_rate, 1)) as mrr_at_opening,
    sum(net * coalesce(r.year_ago_rate, 1)) as mrr_a_year_ago
from spine s
left join rates r on s.currency = r.currency and s.n = r.n
group by all
having sum(net) > 0;

create table dense as
with spans as (select customer_id, min(n) as cohort, max(n) as latest from levels group by all),
grid as (
    select
        s.customer_id, s.cohort, s.latest, m.n, m.month, m.n - s.cohort as age, coalesce(l.mrr, 0) as mrr,
        coalesce(l.mrr_at_opening, 0) as mrr_at_opening, coalesce(l.mrr_a_year_ago, 0) as mrr_a_year_ago
    from spans s
    join months m on m.n >= s.cohort
    left join levels l on l.customer_id = s.customer_id and l.n = m.n
)
select
    *, coalesce(lag(mrr) over log, 0) as opening, coalesce(lag(mrr, 12) over log, 0) as before,
    mrr_at_opening - opening as amount, mrr - mrr_at_opening as fx,
    case when age = 0 then 'new' when opening = 0 and mrr > 0 then 'reactivation' when opening > 0 and mrr = 0 then 'churn'
        when amount > 1e-9 then 'expansion' when amount < -1e-9 then 'contraction' else 'none' end as movement
from grid
window log as (partition by customer_id order by n);

copy (select customer_id, month, mrr, movement, amount, fx from dense) to '{answers}/customer_months.parquet';
copy (
    select m.month as cohort, d.age, count(*) filter (d.mrr > 0) as customers, sum(d.mrr) as mrr
    from dense d join months m on m.n = d.cohort group by all
) to '{answers}/cohorts.parquet';
copy (
    select month, sum(mrr_a_year_ago) / sum(before) as nrr, sum(least(mrr_a_year_ago, before)) / sum(before) as grr
    from dense where before > 0 group by all
) to '{answers}/retention.parquet';
"""


def with_sql(folder, as_of, answers):
    """A spine in DuckDB, as most write it, with the same survival."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    connection.execute("set threads = 2; set memory_limit = '60%'")
    connection.execute(SPINE.format(folder=folder, as_of=as_of, answers=answers))
    newest = connection.execute(
        "select customer_id, latest - cohort + 1 as tenure, mrr from dense where n = (select max(n) from months)"
    ).fetchnumpy()
    mrr, tenures = np.asarray(newest["mrr"]), np.asarray(newest["tenure"])
    remaining = remaining_months(tenures, mrr == 0)
    ltv = pa.table({"customer_id": newest["customer_id"], "ltv": mrr * MARGIN * remaining[tenures]})  # noqa: F841 - read by the query
    connection.execute(f"copy (from ltv where ltv > 0) to '{answers}/ltv.parquet'")


PEERS = {"pandas": with_pandas, "polars": with_polars, "sql": with_sql}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
