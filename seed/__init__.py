"""A province at work, written in bulk into the tables of all services: for a first look, for tests and for the benchmark."""
