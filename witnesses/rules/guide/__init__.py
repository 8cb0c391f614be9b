"""The citizen's guide before booking: need I come at all, and what do I bring."""
