"""Setting up and starting, with the standard library only."""
