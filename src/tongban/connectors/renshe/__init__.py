"""Human resources and social security: employment, pension, the employment book."""
