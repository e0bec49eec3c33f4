"""dbt in a process that opens the warehouse when it is let in, and ends with the process that started it.

Both go over one pipe: a byte lets dbt in; its end says that who held it is gone, however that came about.
"""

import gc
import os
import sys
import threading

LIFELINE = "CUSTOMER_VALUE_LIFELINE"
COMMAND = "from customer_value.dbt_process import main; main()"

let_in = threading.Event()


def follow(lifeline):
    """Wait for the byte, then for the end."""
    while os.read(lifeline, 1):
        let_in.set()
    os._exit(1)


def main():
    """The dbt command of the arguments."""
    # What dbt reads of the project stays, so looking through it for garbage again and again is in vain: a tenth of its time.
    gc.disable()
    threading.Thread(target=follow, args=[int(os.environ[LIFELINE])], daemon=True).start()
    from dbt.cli.main import cli

    if sys.argv[1] == "build":
        sys.exit(build(cli))
    cli(prog_name="dbt")


def build(cli):
    """`dbt build`, its artifacts written once, at the end: dbt itself writes the manifest before the build, too. The exit code."""
    from click import ClickException
    from dbt.parser.manifest import write_manifest

    # What dbt has read, by name, as it hands it from step to step.
    context, result, code = {"callbacks": []}, None, 0
    try:
        result, _ = cli.main([*sys.argv[1:], "--no-write-json"], "dbt", obj=context, standalone_mode=False)
    except ClickException as error:
        error.show()
        result, code = getattr(error, "result", None), error.exit_code
    if "manifest" in context:
        target = context["runtime_config"].project_target_path
        write_manifest(context["manifest"], target)
        if result:
            result.write(os.path.join(target, "run_results.json"))
    return code


def wait():
    """Wait to be let in; a dbt command that nobody holds back does not wait."""
    if os.environ.pop(LIFELINE, None):
        let_in.wait()
        gc.freeze()
        gc.enable()
