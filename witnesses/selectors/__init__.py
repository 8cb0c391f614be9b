"""Reads: cases, what is known of a witness, and what the ledger tells."""
