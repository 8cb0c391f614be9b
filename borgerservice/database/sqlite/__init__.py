"""SQLite, with a bell for those who wait to write."""
