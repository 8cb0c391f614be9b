"""What systems can ask about identity: a decision on given facts, and a proofing's outcome."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from appointments.rules.reference import normalise_reference
from borgerservice.api import problem
from borgerservice.api.inputs import Nothing, read_query
from borgerservice.api.openapi import CLIENTS_ONLY, UNREADABLE, WITH_BODY, answers
from borgerservice.api.parsers import RawJson
from borgerservice.api.scopes import Scope
from borgerservice.api.views import MunicipalView, PublicView
from borgerservice.audit.events import Event
from borgerservice.audit.services import record
from borgerservice.kernel import clock
from witnesses.api.v1.serializers import DecisionOut, FactsIn, InvalidFactsOut, ProofingOut
from witnesses.exceptions import NotFound
from witnesses.rules.engine import decide
from witnesses.rules.lines import InvalidCase, invalid_case, read_facts, rule_set_for
from witnesses.rules.validity import InvalidFacts
from witnesses.selectors import cases


class DecisionsView(PublicView):
    """The decision engine, the same as behind `manage.py decide`."""

    parser_classes = (RawJson,)

    @extend_schema(
        operation_id="decide",
        request=FactsIn,
        responses={
            **answers(DecisionOut, problems=WITH_BODY),
            (400, problem.MEDIA_TYPE): OpenApiResponse(
                InvalidFactsOut,
                description=f"`invalid_facts`: all problems found in the facts. {UNREADABLE}",
            ),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Decide one case of given facts. Nothing is stored."""
        read_query(request, Nothing)
        sent: Any = request.data
        try:
            facts = read_facts(sent if isinstance(sent, bytes) else b"")
        except InvalidFacts as invalid:
            return _problem(invalid_case(invalid))
        return JsonResponse(decide(facts, rule_set_for(facts, in_force=cases.rules_on)))


class ProofingView(MunicipalView):
    """One identity proofing."""

    scopes = {"GET": Scope.PROOFINGS_READ}
    statuses = {"not_found": HTTPStatus.NOT_FOUND}

    @extend_schema(
        operation_id="proofing",
        responses=answers(
            ProofingOut,
            problems={
                **CLIENTS_ONLY,
                404: "`not_found`: none of this municipality's proofings.",
            },
        ),
    )
    def get(self, request: Request, reference: str) -> Response:
        """Outcome and grounds of one of the municipality's identity proofings. It is recorded."""
        read_query(request, Nothing)
        known = normalise_reference(reference)
        if known is None:
            raise NotFound
        case = cases.get_proofing(municipality=self.municipality, reference=known)
        record(
            Event.PROOFING_READ,
            actor=self.actor,
            subject=f"proofing:{case.reference}",
            municipality=self.municipality,
            at=clock.now(),
        )
        return Response(ProofingOut(case).data)


def _problem(case: InvalidCase) -> HttpResponse:
    errors: list[problem.Fault] = [
        {"code": "invalid_facts", "detail": found["problem"], "pointer": _pointer(found["path"])}
        for found in case["error"]["detail"]
    ]
    return problem.answer(
        HTTPStatus.BAD_REQUEST,
        "invalid_facts",
        _("These facts are no whole case. See the list of errors."),
        errors=errors,
        members=case,
    )


def _pointer(path: str) -> str:
    """`applicant.documents[0].type` as `/applicant/documents/0/type`."""
    return "/" + path.replace("[", "/").replace("]", "").replace(".", "/") if path else ""
