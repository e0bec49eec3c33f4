"""Notes of a run: what no test fails for and no number shows. The inputs stopped coming, or what is set up fits no data."""

from datetime import UTC, datetime
from functools import partial

from customer_value.queries import rows_of
from customer_value.settings import project_vars

NAMED = 6

# What the flags of seeds/features.csv set up, by flag.
FLAGS = {"is_onboarding_step": "onboarding", "is_personalisation": "personalisation", "is_first_value": "time to value"}


def age_of_inputs(newest, today=None, limits=None):
    """A line where the newest input row is older than the var max_input_age_days, by this machine's clock, or lies ahead."""
    if newest is None:
        return None
    days = ((today or datetime.now(UTC).date()) - newest.date()).days
    if days < -1:
        return f"the newest input row is dated {newest:%Y-%m-%d}, {-days} days ahead of this machine's clock"
    if days > (limits or project_vars())["max_input_age_days"]:
        return f"the newest input row is {days} days old ({newest:%Y-%m-%d})"
    return None


def some(values):
    """A few of many names."""
    more = f" and {len(values) - NAMED} more" if len(values) > NAMED else ""
    return ", ".join(values[:NAMED]) + more


def unused_features(rows):
    """A line where flags of seeds/features.csv mark none of the features that are used."""
    used = [
        row["feature"]
        for row in rows(
            "select feature from intermediate.int_feature_uses where feature is not null group by 1 order by count(*) desc, 1"
        )
    ]
    if not used:
        return
    missing, marked = [], []
    for flag, subject in FLAGS.items():
        features = [row["feature"] for row in rows(f"select feature from definitions.features where {flag} order by 1")]
        if not set(features) & set(used):
            missing.append(subject)
            marked += features
    if missing:
        names = some(list(dict.fromkeys(marked)))
        yield (
            f"{', '.join(missing)}: not set up: "
            + (
                f"{names} of seeds/features.csv occur in no usage event"
                if names
                else "seeds/features.csv marks no feature"
            )
            + f". Write yours there: {some(used)}"
        )


def unused_channels(rows):
    """A line where money is spent on channels of which none has brought a customer."""
    spent = [row["channel"] for row in rows("select distinct channel from staging.stg_marketing_spend order by 1")]
    brought = [
        row["channel"]
        for row in rows(
            "select distinct acquisition_channel as channel from staging.stg_customers where acquisition_channel is not null order by 1"
        )
    ]
    if spent and not set(spent) & set(brought):
        yield (
            f"cost of acquisition by channel: not set up: {some(spent)} of marketing_spend are the acquisition_channel of no "
            + f"customer. Use the same words in customers.acquisition_channel: {some(brought) or 'it is null throughout'}"
        )


def unused_overrides(rows):
    """A line where health is set by hand for customers that do not exist."""
    lost = [
        row["customer_id"]
        for row in rows(
            "select distinct customer_id from definitions.health_overrides "
            "where customer_id not in (select customer_id from staging.stg_customers) order by 1"
        )
    ]
    if lost:
        yield f"health overrides: {some(lost)} of seeds/health_overrides.csv are no customers. Remove them"


def unsplit_attributes(rows, most):
    """A line where attributes of customers have too many values to be dimensions: revenue is not split by them."""
    left_out = rows(
        "select attribute_name, count(distinct attribute_value) as value_count from intermediate.int_customer_attribute_months "
        f"group by 1 having value_count > {most:d} order by 2 desc, 1"
    )
    if left_out:
        names = some([f"{row['attribute_name']} ({row['value_count']:,} values)" for row in left_out])
        yield (
            f"customer_attributes: no dimension of revenue: {names}: more than the var max_dimension_values ({most:d}) allows. "
            "They stand in customer_attributes and beside the customer all the same"
        )


def ids_by_letter_case(rows):
    """A line where ids differ in nothing but the case of their letters: systems tell them apart, people often do not."""
    for name, table in (("customer_id", "stg_customers"), ("subscription_id", "stg_subscription_changes")):
        alike = rows(
            f"select string_agg({name}, '/' order by {name}) as ids from (select distinct {name} from staging.{table}) "
            f"group by lower({name}) having count(*) > 1 order by 1"
        )
        if alike:
            yield f"{name}: {some([row['ids'] for row in alike])} differ in the case of letters only, and count as different ids"


def log_ahead(rows):
    """A line where more subscription items begin after the as-of day than carry MRR on it."""
    for row in rows(
        "select max(as_of_date) as as_of_date, max(started_at) filter (status = 'signed') as last_started_at, "
        "count(*) filter (status = 'signed') as ahead_count, count(*) filter (mrr_amount > 0) as paying_count "
        "from intermediate.int_subscription_items cross join staging.run_settings"
    ):
        # Contracts are signed ahead; not most of them, and not for more than a year.
        ends_ahead = row["last_started_at"] and (row["last_started_at"].date() - row["as_of_date"]).days > 365
        if ends_ahead and row["ahead_count"] > row["paying_count"]:
            yield (
                f"subscription_changes: {row['ahead_count']:,} items begin after the as-of day, {row['as_of_date']}, the last on "
                f"{row['last_started_at']:%Y-%m-%d}, {row['paying_count']:,} carry MRR on it. Look at the years of changed_at and loaded_at"
            )


def stated_mrr(rows):
    """A line where a billing system states another MRR than ours: the whole difference, and each cause with what it makes."""
    for row in rows(
        "select vendor, count(*) as subscription_count, sum(vendor_mrr_amount) as vendor_mrr_amount, sum(mrr_amount) as mrr_amount, "
        "sum(currency_amount) as currency_amount, sum(later_change_amount) as later_change_amount "
        "from marts.vendor_mrr where vendor_mrr_amount is not null group by 1 order by 1"
    ):
        causes = rows(
            "select cause, sum(cause_amount) as amount from marts.vendor_mrr "
            f"where vendor = '{row['vendor']}' and vendor_mrr_amount is not null and cause is not null group by 1 order by abs(amount) desc, 1"
        )
        amounts = [(each["cause"].replace("_", " "), each["amount"]) for each in causes]
        amounts += [("exchange rates", row["currency_amount"]), ("later changes", row["later_change_amount"])]
        found = [f"{cause} {amount:+,.2f}" for cause, amount in amounts if abs(amount) >= 0.005]
        if found:
            yield (
                f"MRR: {row['vendor']} states {row['vendor_mrr_amount']:,.2f} for {row['subscription_count']:,} subscriptions, ours is "
                f"{row['mrr_amount']:,.2f}: {', '.join(found)}. Each is in the mart vendor_mrr"
            )


def unscored(rows, name):
    """A line where the model that is to order the priority list has scored nobody on it."""
    scored = "select 1 as found from marts.customer_segments where probability_model <> 'customer_value' limit 1"
    if name and not rows(scored):
        known = [
            row["model_name"] for row in rows("select distinct model_name from staging.stg_model_scores order by 1")
        ]
        yield (
            f"var probability_model: {name} has scored none of the customers of the priority list, which our own probability orders. "
            f"Models of model_scores: {some(known) or 'none'}"
        )


def notes_of(warehouse, newest, limits=None):
    """The notes of a warehouse, a line each; limits: the vars, else those of dbt_project.yml."""
    rows = partial(rows_of, warehouse)
    found = [*unused_features(rows), *unused_channels(rows), *unused_overrides(rows)]
    found += unsplit_attributes(rows, (limits or project_vars())["max_dimension_values"])
    found += [*ids_by_letter_case(rows), *log_ahead(rows), *stated_mrr(rows)]
    found += unscored(rows, (limits or project_vars()).get("probability_model"))
    age = age_of_inputs(newest, limits=limits)
    return [age, *found] if age else found


def newest_of(inputs):
    """The newest row of all inputs, by input_reconciliation."""
    return max((row["newest_loaded_at"] for row in inputs if row["newest_loaded_at"]), default=None)
