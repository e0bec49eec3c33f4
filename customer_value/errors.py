"""The errors that end a command with one message."""


class InputError(Exception):
    """An input or an argument cannot be used. The message says where, what and what to do.

    The command line prints the message without a traceback and exits with code 2.
    """

    exit_code = 2


class BuildError(Exception):
    """A build, a check or a publication failed; the message says where."""

    exit_code = 1
