"""Who is signed in: read with every page of staff, so by statements that stay planned."""

from datetime import datetime
from typing import Any, Final

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.sessions.backends import db
from django.db import connection

from borgerservice.database.joined import Columns
from borgerservice.database.planned import planned
from borgerservice.kernel import clock
from borgerservice.municipalities.models import StaffMember

_SESSION: Final = (
    "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
)
_STAFF: Final = Columns(StaffMember, "m")
_MEMBER: Final = f"SELECT {_STAFF} FROM municipalities_staffmember m WHERE m.id = %s"  # noqa: S608 - columns from the model


class SessionStore(db.SessionStore):
    """Django's session in the database; the settings name this module as the engine."""

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, and another key, where it is over or never was."""
        now = connection.ops.adapt_datetimefield_value(clock.now())
        with planned() as cursor:
            cursor.execute(_SESSION, [self.session_key, now])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])

    def get_expiry_date(self, **kwargs: Any) -> datetime:
        """When it is over, told by the clock that `load` asks."""
        return super().get_expiry_date(**{"modification": clock.now(), **kwargs})


class StaffBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's sign-in; whoever it let in is read anew with each request."""

    def get_user(self, user_id: int) -> StaffMember | None:
        """The staff member, or None for one who is not active any more."""
        with planned() as cursor:
            cursor.execute(_MEMBER, [user_id])
            found = cursor.fetchone()
        staff = _STAFF.read(iter(found)) if found else None
        return staff if self.user_can_authenticate(staff) else None
