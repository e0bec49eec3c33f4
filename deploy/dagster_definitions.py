"""Customer Value in Dagster: every input, model and test an asset or a check, in a nightly run at 4:15.

Optional: `pip install -e '.[dagster]'`, then `dagster dev -f deploy/dagster_definitions.py`. Paths come from the same
environment variables as on the command line.
"""

from dagster import (
    AssetExecutionContext,
    AssetSpec,
    Definitions,
    ScheduleDefinition,
    asset,
    define_asset_job,
    multi_asset,
)
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets

from customer_value.check import check_marts, check_raw
from customer_value.contract import inputs
from customer_value.load import load
from customer_value.lock import writer_lock
from customer_value.publish import note_publication, publish
from customer_value.settings import PROJECT, Settings

SETTINGS = Settings.of()
WAIT = 3600
project = DbtProject(project_dir=PROJECT, profiles_dir=PROJECT)
project.prepare_if_dev()


@multi_asset(name="load_inputs", specs=[AssetSpec(["raw", name], group_name="raw") for name in inputs()])
def load_inputs():
    """Validate the inputs and make them visible to the warehouse."""
    with writer_lock(SETTINGS, "load", WAIT):
        note_publication(SETTINGS)
        load(SETTINGS)
        check_raw(SETTINGS)


@dbt_assets(manifest=project.manifest_path)
def models(context: AssetExecutionContext, dbt: DbtCliResource):
    """dbt build: models as assets, data tests as their checks."""
    with writer_lock(SETTINGS, "build", WAIT):
        yield from dbt.cli(
            ["build", "--exclude-resource-type", "unit_test", *SETTINGS.dbt_vars], context=context
        ).stream()


@asset(deps=[models], group_name="published")
def publication():
    """Check the marts against the expectations and publish them in one step."""
    with writer_lock(SETTINGS, "publish", WAIT):
        check_marts(SETTINGS)
        publish(SETTINGS)


nightly = define_asset_job("nightly", selection="*")
definitions = Definitions(
    assets=[load_inputs, models, publication],
    jobs=[nightly],
    schedules=[ScheduleDefinition(job=nightly, cron_schedule="15 4 * * *")],
    resources={"dbt": DbtCliResource(project_dir=project, profiles_dir=str(PROJECT))},
)
