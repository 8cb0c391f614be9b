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
    broker_transport_options={
        "max_retries": 1,
        "interval_start": 0,
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
    },
    beat_schedule={
        name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
        for name, task, seconds in (
            ("sweep-outbox", "notifications.sweep_outbox", 30),
            ("queue-reminders", "appointments.queue_reminders", 300),
            ("open-days", "appointments.open_days", 3600),
            ("forget-expired", "appointments.forget_expired", 3600),
        )
    },
)
