"""What every register needs and no citizen sees: the clock, ids, transactions, audit, files, keys, the way outside."""
