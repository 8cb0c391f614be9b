"""Reads: free times, visits, centres, and those who wait."""
