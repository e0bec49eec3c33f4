"""The error that a user can fix."""


class InputError(Exception):
    """An input or an argument cannot be used. The message says where, what and what to do.

    The command line prints the message without a traceback and exits with code 2.
    """

    exit_code = 2
