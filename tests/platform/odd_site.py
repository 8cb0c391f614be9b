"""gunicorn configuration: the server as it is shipped, before an application with odd pages.

Only tests load it. The room for those who are still sending holds two, for ten seconds.
"""

import hashlib
import os
import time
from urllib.parse import parse_qs

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "borgerservice.settings.checks"
django.setup()

from borgerservice.server import *  # noqa: E402, F403
from borgerservice.serving import worker  # noqa: E402
from borgerservice.serving.overload import Gate  # noqa: E402

wsgi_app = "tests.platform.odd_site:application"
workers = 1
worker.ROOM = 2
worker.SENT_WITHIN = 10.0
worker.LONG = 1.0  # a machine at other work is no reason to turn anybody away
worker.UNREAD = 212_992  # all that Linux allows where nobody has raised it
LONG = os.urandom(150_000)


def odd(environ, start_response):
    """`/slow/?seconds=2`, `/long/`; anything else tells what was sent."""
    path = environ["PATH_INFO"]
    print("begun", path, flush=True)  # noqa: T201 - the log is what the tests read
    answer = hashlib.sha256(environ["wsgi.input"].read()).hexdigest().encode()
    if path.startswith("/slow/"):
        time.sleep(float(parse_qs(environ["QUERY_STRING"])["seconds"][0]))
    elif path == "/long/":
        answer = LONG
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


application = Gate(odd, patience=2.0)
