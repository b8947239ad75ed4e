"""Agencies and people in the sign-in server, kept in step with the directory (docs/decisions/0040-people-in-keycloak.md).

`domain/accounts.py` says what differs; here it is read, mended a few at a time, and followed while the service runs.
"""
