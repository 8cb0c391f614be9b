"""Decisions to be looked at again: a year of them counted by hand, and some that were forged."""

import json
from datetime import date, timedelta

from appointments.rules.reference import reference_from
from borgerservice.vault.services import new_data_key, open_data_key
from tests.platform.raw import plain_visit
from tests.witnesses.cases import (
    LICENCE,
    PASSPORT,
    Office,
    Questions,
    Reason,
    build_office,
    witness,
)
from witnesses import seals
from witnesses.models import IdentityProofing
from witnesses.selectors.cases import decision_facts
from witnesses.services import ShownDocument, decide_proofing, record_questions, record_witness

SYRIAN = ShownDocument(type="passport", issuer="SY", shows_photo=True)
TAX = ShownDocument(type="tax_assessment", issuer="DK", shows_cpr=True)
RESIDENCE = ShownDocument(type="residence_card", issuer="DK", shows_photo=True, shows_cpr=True)


def held(office: Office, days: int, **more):
    """A witness who has had MitID for so many days on the day of the meeting."""
    return {"mitid_since": office.day - timedelta(days=days), **more}


def decided(office: Office, serial: int, *documents: ShownDocument, **seen) -> IdentityProofing:
    """A case with the applicant's documents and the witness `serial`, decided by the witness."""
    case = office.with_documents(serial + 1000, *documents)
    acts = {"proofing": case, "staff": office.clerk, "now": office.now}
    record_questions(outcome=Questions.NOT_AVAILABLE, **acts)
    record_witness(witness=witness(serial, **seen), reason=Reason.NEWLY_ARRIVED, **acts)
    office.sign(case)
    return decide_proofing(**acts)


def decided_in_a_year() -> list[IdentityProofing]:
    """Nine decisions under mitid-2022 in three municipalities; each says how mitid-2025 sees it.

    herning: same, to_not_confirmed (30 days), same (refused by both)
    aarhus: to_not_confirmed (papers), to_confirmed (residence card), same (questions)
    odense: other_grounds (20 days besides no MitID brought), same, same
    """
    herning = build_office("0657", "Herning", day=date(2026, 1, 12))
    aarhus = build_office("0751", "Aarhus", day=date(2026, 6, 10))
    odense = build_office("0461", "Odense", day=date(2026, 12, 16))
    passed = aarhus.with_questions(900, Questions.PASSED)
    cases = [
        decided(herning, 1, PASSPORT, **held(herning, 400)),
        decided(herning, 2, PASSPORT, **held(herning, 30)),
        decided(herning, 3, PASSPORT, **held(herning, 5)),
        decided(aarhus, 4, SYRIAN, TAX, **held(aarhus, 400)),
        decided(aarhus, 5, PASSPORT, **held(aarhus, 31, documents=(RESIDENCE,))),
        decide_proofing(proofing=passed, staff=aarhus.clerk, now=aarhus.now),
        decided(odense, 7, PASSPORT, **held(odense, 20, brought_mitid=False)),
        decided(odense, 8, LICENCE, **held(odense, 31)),
        decided(odense, 8, LICENCE, **held(odense, 31)),
    ]
    outcomes = [case.outcome == "confirmed" for case in cases]
    assert outcomes == [True, True, False, True, False, True, False, True, True]
    return cases


def forged(
    office: Office, like: IdentityProofing, *, facts=None, sealed=None, **changed
) -> IdentityProofing:
    """A decided case as somebody might write it past every service; sound but for what is changed.

    It hangs on a visit of its own, unless a `participant` is given.
    """
    if "participant" not in changed:
        visit = plain_visit(office.world, minute=60 * IdentityProofing.unscoped.count(), desk=3)
        changed["participant"] = visit.participants.get()
    key = new_data_key()
    reference = reference_from(IdentityProofing.unscoped.count().to_bytes(16, "big"))
    told_facts = {
        **decision_facts(like, open_data_key(like.data_key)),
        "id": reference,
        **(facts or {}),
    }
    copied = (
        "municipality", "state", "outcome", "route", "failed", "findings", "rule_set", "decided_by",
        "decided_at", "decided_on", "opened_by", "opened_at",
    )  # fmt: skip
    row = {name: getattr(like, name) for name in copied}
    row["facts_sealed"] = sealed or key.seal(json.dumps(told_facts), seals.DECISION_FACTS)
    return IdentityProofing.unscoped.create(data_key=key.row, reference=reference, **row | changed)
