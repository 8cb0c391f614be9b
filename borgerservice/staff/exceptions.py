"""Why something about staff was refused."""

from borgerservice.kernel.errors import DomainError
from borgerservice.staff.wording import REFUSALS


class StaffRefused(DomainError):
    """An invitation or a role cannot be given, taken or ended; `code` says why."""

    wording = REFUSALS
