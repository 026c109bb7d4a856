"""The resident's channel: find an item, see where a case stands, verify a paper. No sign-in, nothing personal in a list."""
