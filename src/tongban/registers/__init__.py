"""What the city remembers: one folder per register with its tables, the only translation between rows and domain
values, its writers and its readers. Registers do not know each other."""
