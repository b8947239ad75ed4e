"""What the services answer, as their descriptions promise it. Written by `python -m tests.portal.answers`, compared by a test."""
