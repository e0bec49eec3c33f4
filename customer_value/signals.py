"""Signals that end a command: it stops what it has started, says that it was interrupted, and exits as shells expect.

Each is raised once, as Interrupted, in whatever the command is doing. A signal that was ignored when the command began, as
nohup and a shell's background do, stays ignored.
"""

import signal

# Ctrl-C, a scheduler that ends a command, a terminal that is closed.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# The signal that came, and whether one would come too late.
received, too_late = [], []


class Interrupted(BaseException):
    """A signal ended the command. No `except Exception` takes it for a fault."""

    def __init__(self, number):
        super().__init__(f"interrupted by {signal.Signals(number).name}")
        self.exit_code = 128 + number
        # Whether a summary has said it.
        self.is_said = False


def handle(number, frame):
    """Raise the first signal; what follows it must not disturb the end that it began."""
    if not received and not too_late:
        received.append(number)
        raise Interrupted(number)


def listen():
    """Let the signals raise Interrupted from now on."""
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handle)


def block():
    """Let signals wait until `unblock`: for imports, which an exception would leave half done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)


def unblock():
    """Let the signals in, with those that have waited."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def hold():
    """No signal interrupts from now on: what is left is short, and must be done as a whole."""
    too_late.append(True)


def interruption():
    """Interrupted where a signal came, even where a library has made an error of its own of it; else None."""
    return Interrupted(received[0]) if received else None
