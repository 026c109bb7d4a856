"""The staff register: who works here, what they may do and where, and the tokens of machines."""
