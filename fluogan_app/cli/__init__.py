"""The command line: the same reconstruction on a machine without a screen."""
