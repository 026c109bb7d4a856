"""The resident's channel: find an item, see where a case stands, verify a paper; and, signed in, apply for oneself or for others."""
