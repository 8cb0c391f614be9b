"""How a centre receives: its rosters, desks and days, and what it has settled."""
