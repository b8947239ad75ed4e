"""What a service knows of agencies, memberships and rules of the province without asking: a replica fed by the directory's events.

Why it is a library of its own: docs/decisions/0002-directory-replica.md.
"""
