"""The machines' channel: the same acts and reads as everywhere, as JSON with tokens, under /api/v1."""
