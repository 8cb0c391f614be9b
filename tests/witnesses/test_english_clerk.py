"""What a clerk who reads English stores and sends is what one who reads Danish does."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client

from appointments.models import Appointment
from borgerservice.municipalities.models import StaffRole
from borgerservice.notifications.models import Message
from borgerservice.notifications.wording import word
from borgerservice.privacy import Kind
from tests.appointments.desk import centre_page, signed_in, visit_page
from tests.appointments.pages import starts_on
from tests.appointments.test_desk_booking import book, walk_in
from tests.architecture.test_scope import our_models
from tests.builders import TODAY, build_staff, build_visit
from tests.platform.reading import Reader, foreign, words_of
from tests.witnesses.case_pages import address, applicant_form, text_of, values_of, witness_form
from tests.witnesses.cases import Office
from witnesses.models import IdentityProofing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CLOSED = TODAY + timedelta(days=3)
OFFICIAL = "Kommunens egen linje om klager, på dansk."


def press(client: Client, page: str, **typed: object) -> str:
    """Send a form, and see that it was taken; where it led."""
    answer = client.post(page, typed)
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def a_day_at_the_desk(office: Office, clerk: Client, administrator: Client) -> None:
    """Visits of every kind: booked, moved, called off, received, missed, offered another day."""
    world = office.world
    book(clerk, world, language="pl")
    visit = Appointment.unscoped.get()
    press(
        clerk,
        visit_page(world, visit.reference, "visit_contact_change"),
        phone="20 30 40 51",
        seen="0",
    )
    page = visit_page(world, visit.reference, "visit_move")
    opened = clerk.get(page)
    press(clerk, page, start=starts_on(opened)[-1].isoformat())
    press(clerk, visit_page(world, visit.reference, "visit_cancel"))
    walk_in(clerk, world)
    build_visit(world, day=CLOSED, minute=9 * 60, language="da", email="amina@example.com")
    then = {"is_accepted": "on", "then": "offer"}
    day = CLOSED.isoformat()
    press(administrator, centre_page(world, "closures"), first_day=day, last_day=day, **then)


def a_case(office: Office, clerk: Client) -> None:
    """An identity, from the visit to the answer of the national client."""
    visit = office.visit()
    press(clerk, f"/admin/0657/visits/{visit.reference}/0/proofing/")
    case = IdentityProofing.unscoped.get()
    press(clerk, address(case, "documents"), **applicant_form())
    press(clerk, address(case, "questions"), outcome="not_available")
    press(clerk, address(case, "witness"), **witness_form(brought_mitid=None))
    signed = {**values_of(clerk.get(address(case))), "language": "da"}
    press(clerk, address(case, "declaration_signed"), **signed)
    press(clerk, address(case, "decide"))


def a_municipality(administrator: Client) -> None:
    """What an administrator settles, and whom they invite."""
    press(administrator, "/admin/0657/staff/invite/", email="mette@example.com", role="clerk")
    press(administrator, "/admin/0657/letters/", danish=OFFICIAL, english="The same in English.")
    place = {"name": "Torvehallen", "address": "Torvet 5", "postal_code": "7400"}
    press(administrator, "/admin/0657/centres/new/", **place, city="Herning")


def stored() -> Iterator[str]:
    """Every text in the rows that is no secret, and no list of ours that was there before."""
    for model in our_models():
        secret = {
            name
            for kinds in model.PRIVACY.values()
            for kind in (Kind.SECRET, Kind.PSEUDONYM)
            for name in kinds.get(kind, "").split()
        } | {"language", "password", "token_hash"}
        for field in model._meta.concrete_fields:
            kind = field.get_internal_type()
            if kind in {"CharField", "TextField", "JSONField"} and field.name not in secret:
                for value in model._base_manager.values_list(field.name, flat=True):
                    yield f"{model._meta.label}.{field.name}: {value}"


def sent() -> list[str]:
    """Every message, in the language of who gets it."""
    return sorted(
        f"{message.language} {message.kind}: {made.subject} {made.text}"
        for message in Message.unscoped.all()
        for made in [word(message)]
    )


def said(texts: Iterator[str] | list[str]) -> set[str]:
    """The words of both languages in texts, each with the name of where it stands."""
    known = foreign()["da"] | foreign()["en"]
    return {
        f"{text.partition(':')[0]}: {one}"
        for text in texts
        for one in words_of([text.partition(":")[2]]) & known
        if len(one) > 4
    }


def shown(office: Office, reader: Client) -> list[str]:
    """What a colleague reads of it in Danish: the visit, the case, its letters."""
    case = IdentityProofing.unscoped.get()
    visit = case.participant.appointment
    pages = [
        visit_page(office.world, visit.reference),
        address(case),
        *(f"{address(case)}letter/{language}/" for language in ("da", "en")),
        f"{address(case)}declaration/da/",
    ]
    return [
        f"{number}: {text}"
        for number, page in enumerate(pages)
        for text in Reader(reader.get(page).content.decode()).said
    ]


def test_rows_messages_and_pages_are_the_same_whatever_the_clerk_reads(office):
    place = office.world.municipality
    roles = StaffRole.Role
    staff = [office.clerk, build_staff(place, role=roles.ADMINISTRATOR)]
    colleague = build_staff(place, username="colleague")
    came = {}
    for language in ("da", "en"):
        with transaction.atomic():
            for one in staff:
                one.language = language
                one.save(update_fields=["language"])
            clerk, administrator = map(signed_in, staff)
            a_day_at_the_desk(office, clerk, administrator)
            a_case(office, clerk)
            a_municipality(administrator)
            page = shown(office, signed_in(colleague))
            came[language] = (
                said(stored()),
                {" ".join(one.split()[:2]) for one in sent()},
                said(sent()),
                said(page),
            )
            transaction.set_rollback(True)
    for danish, english in zip(came["da"], came["en"], strict=True):
        assert english == danish
        assert len(english) > 3
