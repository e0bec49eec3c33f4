"""The command line, in processes forked from one that has imported Great Expectations: that takes six seconds each time."""

import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path


class Preloaded:
    """The process that is forked, started at the first command."""

    def __init__(self):
        self.process, self.lock = None, threading.Lock()

    def run(self, *arguments):
        """Run the command line with arguments, as subprocess.run would."""
        with tempfile.TemporaryDirectory() as folder, self.lock:
            said, failed = Path(folder, "stdout"), Path(folder, "stderr")
            self.process = self.process or subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            order = {
                "folder": os.getcwd(),
                "arguments": arguments,
                "files": [os.devnull, str(said), str(failed)],
                "environment": {**os.environ},
            }
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            code = int(self.process.stdout.readline())
            return subprocess.CompletedProcess(arguments, code, said.read_text(), failed.read_text())


def serve():
    """Fork for each order of the standard input, and say the exit code of each."""
    import customer_value.check  # noqa: F401
    from customer_value.cli import command

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            order = json.loads(line)
            os.chdir(order["folder"])
            os.environ.clear()
            os.environ.update(order["environment"])
            for descriptor, file in enumerate(order["files"]):
                os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), descriptor)
            sys.argv = ["customer-value", *order["arguments"]]
            command()
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    serve()
