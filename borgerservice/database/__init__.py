"""What both databases are asked by: plans that are kept, rows read and written together."""
