"""The whole system in one process, for a first run and for tests."""
