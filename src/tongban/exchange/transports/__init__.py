"""Ways between nodes: NATS JetStream, and one inside a single process for tests. Both carry bytes and know no letter."""
