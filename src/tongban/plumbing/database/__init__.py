"""Django's PostgreSQL backend, but a connection that waited is looked at instead of asked (the ENGINE of the settings)."""
