"""gunicorn as it is shipped: `gunicorn --config python:borgerservice.server`.

Two processes. In each a few threads work (`overload.py`); these here are the room in which
requests wait for them, and are told when it took too long.
"""

ROOM = 240
SLOTS = 2

wsgi_app = "borgerservice.wsgi:gated"
workers = 2
worker_class = "gthread"
threads = ROOM + 16
"""Those beyond the room turn away who comes when it is full."""
keepalive = 0
"""Each request goes to a process that has time to take it."""
backlog = 1024
graceful_timeout = 5
control_socket_disable = True
