"""What a service knows of agencies and memberships without asking: a replica fed by the directory's events.

Why it is a library of its own: docs/decisions/0002-directory-replica.md.
"""
