"""The twin of every department: a person answers, on paper."""
