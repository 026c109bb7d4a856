"""The mail room: letters between nodes. It carries; what a letter means is decided in flows/incoming.py."""
