"""The realm of the sign-in server as code: what is wanted (deploy/keycloak), what it must never be, and how it is brought about.

Nothing that runs knows of it but `chidao` and a run with a Keycloak of its own.
"""
