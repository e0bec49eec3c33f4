"""Plugin of dbt-duckdb: a plain `dbt build` sees the inputs in CUSTOMER_VALUE_RAW, after the same checks as `load`."""

from dataclasses import replace
from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt.flags import get_flags

from customer_value import dbt_process
from customer_value.errors import InputError
from customer_value.load import check_inputs, create_views, forgotten_customers
from customer_value.settings import Settings


def with_vars_of_dbt(settings):
    """The settings, with the vars that this dbt command was given.

    Raises InputError where it was not given those of the company's own file: the models would follow other vars than the inputs.
    """
    given = getattr(get_flags(), "VARS", None) or {}
    if forgotten := sorted(settings.own_vars.keys() - given.keys()):
        raise InputError(
            f"{settings.vars_file}: found no {', '.join(forgotten)} among the vars of this dbt command, expected all of the file. "
            f'Add --vars "$(cat {settings.vars_file})", or run customer-value build.'
        )
    return replace(settings, own_vars=settings.own_vars | given)


class Plugin(BasePlugin):
    """Named in profiles.yml; dbt-duckdb calls it when it opens the warehouse."""

    def initialize(self, plugin_config):
        """Wait to be let in where the build was begun ahead. Make the warehouse's folder, which DuckDB does not."""
        dbt_process.wait()
        Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn):
        """Create the views of schema raw. Raises InputError where an input does not meet the contract."""
        settings = with_vars_of_dbt(Settings.of())
        create_views(conn, check_inputs(settings), forgotten_customers(settings.warehouse))
