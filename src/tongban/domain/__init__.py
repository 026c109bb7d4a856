"""The rulebook: values and decisions of the city. Standard library and msgspec only; no time, no ids, no database."""
