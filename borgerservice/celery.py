"""The Celery app. Without a broker nothing is published and `manage.py sweep` delivers.

Tasks carry ids and nothing else, as JSON. Nothing is ever published for later (no ETA, no
countdown): what is due stands in the database, and the schedule looks there.
"""

from celery import Celery

app = Celery("borgerservice")
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    # Whoever books does not wait for a broker that is away; the sweep hands out later.
    broker_transport_options={"max_retries": 1, "interval_start": 0, "socket_connect_timeout": 1},
    beat_schedule={
        "sweep-outbox": {"task": "notifications.sweep_outbox", "schedule": 30.0},
        "queue-reminders": {"task": "appointments.queue_reminders", "schedule": 300.0},
        "open-days": {"task": "appointments.open_days", "schedule": 3600.0},
        "forget-expired": {"task": "appointments.forget_expired", "schedule": 3600.0},
    },
)
