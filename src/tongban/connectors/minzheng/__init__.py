"""Civil affairs: marriage, relief, the means of a household."""
