"""Who we serve, where, and who works there."""

from borgerservice.municipalities.models.centres import (
    Centre,
    Closure,
    ExtraOpening,
    MobileStop,
    OpeningHours,
)
from borgerservice.municipalities.models.staff import (
    ApiClient,
    Invitation,
    SentForm,
    StaffMember,
    StaffRole,
)
from borgerservice.municipalities.models.tenants import (
    AgreementDay,
    Logo,
    Municipality,
    PostalCode,
    Region,
)

__all__ = [
    "AgreementDay",
    "ApiClient",
    "Centre",
    "Closure",
    "ExtraOpening",
    "Invitation",
    "Logo",
    "MobileStop",
    "Municipality",
    "OpeningHours",
    "PostalCode",
    "Region",
    "SentForm",
    "StaffMember",
    "StaffRole",
]
