"""The identity decision: pure functions of facts. No clock, no database, no settings, no framework."""
