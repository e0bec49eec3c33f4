"""The error that a user can mend."""


class InputError(Exception):
    """What arrived, or what was asked for, cannot be used. The message says where, what and what to do.

    The command line prints the message without a traceback and exits with code 2.
    """

    exit_code = 2
