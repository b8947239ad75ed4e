"""What a played life leaves in the tables of each service, made by the services' own code wherever they have some for it."""
