"""Production with a pseudonym that can be guessed cheaply: it must not start."""

from borgerservice.settings.production import *  # noqa: F403

PSEUDONYM_COST = {"memory_kib": 19455, "iterations": 2, "lanes": 1}
