"""Settings: base for all, embedded for one machine, node for a deployment, test for tests."""
