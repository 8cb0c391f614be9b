"""The identity decision: pure functions of facts; no clock, database, settings or framework."""
