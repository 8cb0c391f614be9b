"""Whom the demo's MitID knows. Their numbers are replacement numbers, which can be nobody's."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class DemoWitness:
    """Somebody the demo's MitID knows; the `subject` is what MitID itself knows them by.

    `story` is what whoever tries the demo should know of them, in Danish and in English.
    """

    subject: str
    name: str
    number: str
    level: str
    story: tuple[str, str] = ("", "")


_SUBJECT: Final = "2b0f6f0e-0001-4000-8000-{:012}"
WITNESSED_THRICE: Final = DemoWitness(
    _SUBJECT.format(5),
    "Tove Tregange",
    "6404682005",
    "substantial",
    ("har været vidne for tre i de seneste uger", "was a witness for three in the last weeks"),
)
DEMO_WITNESSES: Final = (
    DemoWitness(
        _SUBJECT.format(1),
        "Lars Jensen",
        "6101901099",
        "substantial",
        ("kan være vidne", "may be a witness"),
    ),
    DemoWitness(
        _SUBJECT.format(2),
        "Bente Vidne",
        "6202852001",
        "high",
        ("kan være vidne", "may be a witness"),
    ),
    WITNESSED_THRICE,
    DemoWitness(
        _SUBJECT.format(6),
        "Nina Ny",
        "6505912006",
        "substantial",
        (
            "fik MitID i sidste uge; svar det, når der spørges",
            "got MitID last week; say so when asked",
        ),
    ),
    DemoWitness(
        _SUBJECT.format(7),
        "Mads Ung",
        "6106124007",
        "substantial",
        ("er under 18 år", "is under 18"),
    ),
    DemoWitness(
        _SUBJECT.format(3),
        "Ole Lav",
        "6303752002",
        "low",
        ("er logget for svagt ind", "is not signed in well enough"),
    ),
    DemoWitness(
        _SUBJECT.format(4),
        "Pia P. Kode",
        "",
        "substantial",
        ("kan ikke genkendes uden CPR-nummer", "cannot be recognised without a CPR number"),
    ),
)
