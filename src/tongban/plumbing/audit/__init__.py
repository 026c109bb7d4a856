"""Who did what, when, why: one line per act and per look at a person, sealed in batches so that a changed line is found."""
