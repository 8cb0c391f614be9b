"""The WSGI entry. Refuses to serve while a guard is missing in the database.

`gated` is what is served; `application` is the same without the gate in front of it.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borgerservice.settings.production")
application = get_wsgi_application()

from borgerservice.guards.services import require_guards  # noqa: E402
from borgerservice.overload import Gate  # noqa: E402
from borgerservice.server import ROOM, SLOTS  # noqa: E402

require_guards()
connections.close_all()  # workers forked from here (--preload) share no connection
gated = Gate(application, slots=SLOTS, room=ROOM, patience=settings.ADMISSION_SECONDS)
