"""A time becomes somebody's: what it takes, what must hold, who gets it."""
