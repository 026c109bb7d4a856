"""The city's real-name service (OpenID provider), over HTTP."""
