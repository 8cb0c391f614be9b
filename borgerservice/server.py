"""gunicorn as it is shipped: `gunicorn --config python:borgerservice.server`.

Each process works on one request at a time (`worker.py`) and holds one connection to the database.
`WEB_CONCURRENCY` says how many there are.
"""

import os

wsgi_app = "borgerservice.wsgi:gated"
workers = int(os.environ.get("WEB_CONCURRENCY") or min(2 * (os.cpu_count() or 1) + 1, 9))
worker_class = "borgerservice.serving.worker.Worker"
preload_app = True
timeout = 60
backlog = 1024
graceful_timeout = 5
control_socket_disable = True
