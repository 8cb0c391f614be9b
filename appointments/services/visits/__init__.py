"""What happens to a visit that is booked, until it is forgotten."""
