"""The password of an account that a command makes."""

import sys
from getpass import getpass

from django.core.management.base import CommandError


def asked_for() -> str:
    """From whoever types, twice; or the one line that is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass("Password: ")
    if getpass("The password again: ") != first:
        raise CommandError("The passwords differ.")
    return first
