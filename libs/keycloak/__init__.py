"""The administration of a Keycloak: asked by whoever keeps its realm as code, and by the directory, which keeps people in it."""
