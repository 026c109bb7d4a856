"""The pretended real-name service of the city: an OpenID provider (authorization code with PKCE) for the synthetic residents."""
