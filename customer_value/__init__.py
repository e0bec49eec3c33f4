"""Customer Value: moves, simulates, checks and publishes. Metric logic is SQL, in models/."""
