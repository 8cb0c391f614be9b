"""Times that come free go to those who wait, and to those who cannot be received."""
