"""The five systems, each with its own envelope and field names, as real departments have them."""
