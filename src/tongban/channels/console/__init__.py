"""The operations center's channel: centers, staff and their powers, the audit trail, the board of today's work."""
