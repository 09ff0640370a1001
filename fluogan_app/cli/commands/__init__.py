"""The commands, one module each: `add_arguments(parser, argv)` and `execute(arguments, report) -> Exit`."""
