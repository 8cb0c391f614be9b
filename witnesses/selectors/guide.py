"""What the guide asks the database: what a service is called. Nothing of anybody's."""

from appointments.models import ServiceType


def service_to_book(code: str) -> ServiceType | None:
    """The service of that code, or None where it is not offered. One statement."""
    return ServiceType.objects.filter(code=code).first()
