"""What a client can be let to do: the closed list of scopes."""

from enum import StrEnum


class Scope(StrEnum):
    """One thing a client may do with its own municipality's rows."""

    APPOINTMENTS_READ = "appointments:read"
    APPOINTMENTS_WRITE = "appointments:write"
    PROOFINGS_READ = "proofings:read"


MEANINGS = {
    Scope.APPOINTMENTS_READ: "Read the municipality's appointments.",
    Scope.APPOINTMENTS_WRITE: "Book, move and cancel appointments at the municipality's centres.",
    Scope.PROOFINGS_READ: "Read the outcome of the municipality's identity proofings.",
}
