"""The citizen's doors: find a place, book a time, keep, move or cancel it."""
