"""Signing in with MitID through a broker, by OpenID Connect."""
