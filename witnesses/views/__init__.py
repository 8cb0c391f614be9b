"""The witness's own pages."""
