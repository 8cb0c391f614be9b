"""What goes when it has had its time: by itself, or after two people said so, and what stays."""
