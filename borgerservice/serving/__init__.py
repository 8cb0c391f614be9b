"""Between the socket and the application: who waits, who is let in, how it is sent."""
