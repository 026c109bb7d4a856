"""Doors for people and machines: each channel parses what arrives, calls one flow or one read, and draws a page. No
rules live here, and channels do not know each other."""
