"""A small OpenID Connect provider for the embedded run. Its paths are those of Keycloak, so that nobody notices which one it is."""
