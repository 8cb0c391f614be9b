"""Open what is shown, piece by piece: one whose seal is broken hides none of the others."""

import logging

from django.db.models import Model

from borgerservice.vault.services import OpenKey, SealBroken

logger = logging.getLogger(__name__)


def read_sealed(
    key: OpenKey, sealed: bytes | memoryview | None, place: str, *, of: type[Model], pk: int
) -> str | None:
    """The text sealed to a place; None where it does not open: then the log is told which row's.

    `of` and `pk` say which row it is. Only for showing: whoever decides or sends by what is sealed
    opens it with the key itself.
    """
    try:
        return key.open(sealed, place)
    except SealBroken:
        table = of._meta.label  # noqa: SLF001 - Django's own name of the model
        told = "vault.seal_broken row=%s:%s place=%s"
        logger.error(told, table, pk, place)  # noqa: TRY400 - where it was shown tells nothing more
        return None
