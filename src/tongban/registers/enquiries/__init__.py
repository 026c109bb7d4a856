"""The enquiries register (协查): what counters ask departments that answer by a person, and what they answered."""
