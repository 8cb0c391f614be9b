"""The Celery app. Without a broker nothing is published and `manage.py sweep` delivers."""

from celery import Celery

app = Celery("borgerservice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = {
    "sweep-outbox": {"task": "notifications.sweep_outbox", "schedule": 30.0},
    "queue-reminders": {"task": "appointments.queue_reminders", "schedule": 300.0},
    "open-days": {"task": "appointments.open_days", "schedule": 3600.0},
    "forget-expired": {"task": "appointments.forget_expired", "schedule": 3600.0},
}
