"""The guide before booking. Nothing is stored; the address of a page is all there is of it."""

from http import HTTPStatus
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from borgerservice.access import open_to
from borgerservice.kernel import clock
from witnesses.forms.documents import language_read
from witnesses.forms.guide import (
    PaperForm,
    VisitForm,
    answered_before,
    are_sound,
    paper_forms,
    query_of,
)
from witnesses.rules.explain_documents import accepted_documents
from witnesses.rules.guide.additions import choices
from witnesses.rules.guide.advice import additions_to, advise, service_for
from witnesses.rules.guide.answers import MOST_PAPERS, Answers
from witnesses.rules.guide.come import come_guide
from witnesses.rules.guide.links import LinkUnreadable, read, written
from witnesses.rules.guide.papers import kinds
from witnesses.rules.guide.words import notes, offered
from witnesses.selectors.cases import rules_on
from witnesses.selectors.guide import service_to_book
from witnesses.views.queries import kept_query

VISIT, PAPERS = "1", "2"


@open_to("anyone")
@require_safe
def come(request: HttpRequest) -> HttpResponse:
    """Need I come at all: a question, or the answer that the replies so far lead to."""
    walk = come_guide().walk(request.GET.get("path", ""))
    book = walk.ending.book if walk.ending else ""
    question = walk.question
    shown = {
        "walk": walk,
        "onward": [(reply, walk.onward(reply.code)) for reply in question.replies]
        if question
        else [],
        "service": service_to_book(book) if book else None,
        "kept_query": f"?{urlencode({'path': walk.path})}" if walk.path else "",
    }
    return render(request, "guide/come.html", shown)


@open_to("anyone")
@require_safe
def bring(request: HttpRequest) -> HttpResponse:
    """What do I bring: first the visit and which papers there are, then each paper."""
    data = request.GET.copy()
    step, today = data.get("step", ""), clock.danish_date(clock.now())
    is_change = "change" in data
    asked = {"on": data.get("on", "")}
    visit = VisitForm(data if step in {VISIT, PAPERS} else None, today=today, initial=asked)
    if not visit.is_valid() or (step == VISIT and is_change):
        return _ask_visit(request, visit)
    types, again = visit.cleaned_data["p"], data.get("again", "")
    is_one_more = again in kinds() and len(types) < MOST_PAPERS
    if is_one_more:
        types.append(again)
    is_sent = step == PAPERS and not again and not is_change
    if step == VISIT and (before := _answers_in(data.get("a", ""))):
        data = answered_before(before, types)
    recent = rules_on(visit.cleaned_data["on"]).usable.recent.types
    papers = paper_forms(visit, types, data, recent=recent, bound=is_sent)
    if is_one_more:
        papers[-1].begin_here()
    if papers and not (is_sent and are_sound(papers)):
        return _ask_papers(request, visit, papers)
    link = written(visit.answers(one.paper for one in papers))
    return redirect(f"{reverse('guide:answer')}?{urlencode({'a': link})}")


@open_to("anyone")
@require_safe
def answer(request: HttpRequest) -> HttpResponse:
    """What the engine says of the answers that stand in the address."""
    link, today = request.GET.get("a", ""), clock.danish_date(clock.now())
    try:
        answers = read(link)
    except LinkUnreadable:
        return _ask_visit(request, VisitForm(today=today), is_unreadable=True)
    rules, language = rules_on(answers.on), language_read()
    advice = advise(answers, rules)
    additions = additions_to(answers, advice, rules)
    alone, together = offered(choices(additions), language)
    shown = {
        "answers": answers,
        "link": link,
        "advice": advice,
        "additions": additions,
        "rules": rules,
        "notes": notes(answers, rules, language),
        "alone": alone,
        "together": together,
        "ways": accepted_documents(rules.applicant_documents, language, usable=rules.usable),
        "service": service_to_book(service_for(answers, advice)),
        "is_past": answers.on < today,
        "change": query_of(answers),
        "address": request.build_absolute_uri(),
        "kept_query": f"?{urlencode({'a': link})}",
    }
    return render(request, "guide/answer.html", shown)


def _ask_visit(
    request: HttpRequest, visit: VisitForm, *, is_unreadable: bool = False
) -> HttpResponse:
    groups: dict[str, list[object]] = {"photo": [], "paper": [], "rare": []}
    for box in visit["p"]:
        groups[kinds()[box.data["value"]].group].append(box)
    shown = {
        "form": visit,
        "groups": groups,
        "kept_query": kept_query(request),
        "before": "" if is_unreadable else request.GET.get("a", ""),
        "is_unreadable": is_unreadable,
        "is_error_page": is_unreadable,
    }
    status = HTTPStatus.BAD_REQUEST if is_unreadable else HTTPStatus.OK
    return render(request, "guide/visit.html", shown, status=status)


def _ask_papers(request: HttpRequest, visit: VisitForm, papers: list[PaperForm]) -> HttpResponse:
    back = QueryDict(mutable=True)
    for name in visit.fields:
        back.setlist(name, request.GET.getlist(name))
    back["step"], back["change"] = VISIT, "1"
    shown = {
        "visit": visit,
        "back": back.urlencode(),
        "papers": papers,
        "can_grow": len(papers) < MOST_PAPERS,
        "has_mistakes": any(one.errors for one in papers),
        "kept_query": kept_query(request),
    }
    return render(request, "guide/papers.html", shown)


def _answers_in(link: str) -> Answers | None:
    """The answers somebody changes, where there are any."""
    try:
        return read(link) if link else None
    except LinkUnreadable:
        return None
