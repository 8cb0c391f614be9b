"""Why something about keeping and letting go was refused."""

from borgerservice.kernel.errors import DomainError
from borgerservice.retention.wording import REFUSALS


class RetentionRefused(DomainError):
    """A disposal or a hold cannot be made, answered or lifted; `code` says why."""

    wording = REFUSALS
