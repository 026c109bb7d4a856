"""Public security: identity, household register, residence permit and registration, criminal record."""
