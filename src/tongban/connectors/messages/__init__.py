"""Outgoing messages: a gateway over HTTP, or a file for each where there is none."""
