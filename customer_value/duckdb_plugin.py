"""Plugin of dbt-duckdb: a plain `dbt build` sees the inputs in CUSTOMER_VALUE_RAW, after the same checks as `load`."""

from pathlib import Path

from dbt.adapters.duckdb.plugins import BasePlugin

from customer_value import dbt_process
from customer_value.load import check_inputs, create_views, forgotten_customers
from customer_value.settings import Settings


class Plugin(BasePlugin):
    """Named in profiles.yml; dbt-duckdb calls it when it opens the warehouse."""

    def initialize(self, plugin_config):
        """Wait to be let in where the build was begun ahead. Make the warehouse's folder, which DuckDB does not."""
        dbt_process.wait()
        Path(self.creds.path).parent.mkdir(parents=True, exist_ok=True)

    def configure_connection(self, conn):
        """Create the views of schema raw. Raises InputError where an input does not meet the contract."""
        settings = Settings.of()
        create_views(conn, check_inputs(settings), forgotten_customers(settings.warehouse))
