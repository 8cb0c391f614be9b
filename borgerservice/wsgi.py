"""The WSGI entry. Waits for the database, and refuses to serve while a guard is missing there.

It refuses, too, where translations or styles were not made: every page would be wrong or fail.

`gated` is what is served, its pages compressed; `application` is the same with no gate before it.
"""

import logging
import os
import time
from contextlib import suppress

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import Error, connections
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "borgerservice.settings.production")
application = get_wsgi_application()

from borgerservice.away import is_away  # noqa: E402
from borgerservice.guards.services import require_guards  # noqa: E402
from borgerservice.kernel import clock  # noqa: E402
from borgerservice.made import require_styles, require_translations  # noqa: E402
from borgerservice.serving.compressed import Compressed  # noqa: E402
from borgerservice.serving.overload import Gate  # noqa: E402
from borgerservice.vault.keys import KeyUnavailable, key_ring  # noqa: E402
from borgerservice.vault.wrapping import list_wrapping_keys  # noqa: E402
from witnesses.services.schedule import warn_of_other_figures  # noqa: E402


def wait_for_the_database() -> None:
    """Return once the guards are found; a process that ended here would end the whole server."""
    while True:
        try:
            require_guards()
            with suppress(KeyUnavailable):  # told to the log; what needs no key is served
                list_wrapping_keys(key_ring().wrap, now=clock.now())
            return warn_of_other_figures()
        except Error as problem:
            if not is_away(problem):
                raise
            logging.getLogger(__name__).warning("The database cannot be reached yet.")
            time.sleep(1)


require_translations()
require_styles()
wait_for_the_database()
resolve("/")  # the code of all pages is loaded once for the processes forked from here,
connections.close_all()  # who share no connection
gated = Compressed(Gate(application, patience=settings.ADMISSION_SECONDS))
