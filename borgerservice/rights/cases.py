"""What identity cases hold of a person, in words, as applicant and as witness.

The other party is told of nowhere: no name, number or date of theirs, nor the reference of a case
that is about somebody else. Opens what is sealed: recorded before.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from borgerservice.rights.account import (
    Fact,
    Group,
    Item,
    day_said,
    fact,
    group,
    stored_at,
    unreadable,
)
from borgerservice.rights.papers import for_machines, in_words
from borgerservice.rights.words import language_name
from borgerservice.vault.services import open_data_key
from witnesses.forms import language_now
from witnesses.models import (
    ClientAnswer,
    Declaration,
    DocumentEvidence,
    IdentityProofing,
    LinkProposal,
    WitnessCheck,
    Witnessing,
    WitnessStatement,
)
from witnesses.rules.dates import day_of
from witnesses.rules.rule_sets import RULE_SETS
from witnesses.rules.wording import words_in
from witnesses.selectors.audit import facts_shown
from witnesses.selectors.cases import (
    KnownPerson,
    account_of,
    applicant_of,
    decision_facts,
    has_broken_facts,
    witness_of,
)
from witnesses.selectors.checks import papers_kept
from witnesses.selectors.held import HeldCases


def told_cases(held: HeldCases, own: frozenset[int]) -> list[Group]:
    """The groups of cases; `own` are the participants the person is."""
    cases = [*held.cases, *(one for one in held.numberless if one.participant_id in own)]
    as_witness = [
        *(_statement(one) for one in held.statements),
        *(_declaration(one) for one in held.declarations),
        *(_check(one) for one in held.checks),
        *(_witnessing(one) for one in held.witnessings),
    ]
    return [
        group(
            "cases",
            _("Identity cases about you"),
            _("We hold them as evidence of how your identity was proved, and for complaints."),
            [_case(one) for one in cases],
            note=_("Whoever was a witness for you is not named here."),
        ),
        group(
            "witness",
            _("You as a witness"),
            _("We hold it as evidence, and to keep the limit on how often one may witness."),
            as_witness,
            note=_(
                "For whom you witnessed is not told here. Witnessings entered by other"
                " municipalities do not stand here either: ask there."
            ),
        ),
        group(
            "links",
            _("Numbers said to be one person's"),
            _("We hold it so that a new number is no new person."),
            [_link(one, held.persons) for one in held.links],
        ),
    ]


def _case(case: IdentityProofing) -> Item:
    key = open_data_key(case.data_key)
    known = applicant_of(case, key) if key else KnownPerson("", None, case.number_kind)
    documents = [one for one in case.documents.all() if one.statement_id is None]
    return Item(
        _("Case {reference}").format(reference=case.reference),
        (
            *fact(case, "reference", _("Case number")),
            *fact(case, "state", _("Where it stands")),
            *fact(case, "opened_at", _("Opened")),
            *_name(case, known),
            *_number(case),
            *_born(case, known),
            *_pointer(case, "applicant"),
            *fact(case, "wants_cpr_link", _("CPR number in MitID")),
            *fact(case, "assurance_level", _("Level aimed at")),
            *(told for one in documents for told in _document(one)),
            *fact(case, "questions", _("Questions")),
            *fact(case, "witness_reason", _("Why a witness was called on")),
            *_decision(case),
            *(told for one in case.client_answers.all() for told in _client_answer(one)),
        ),
        () if key else (_("What was sealed in this case is deleted."),),
    )


def _decision(case: IdentityProofing) -> Iterator[Fact]:
    """What was decided, on what, and why: as the letter told it."""
    if case.state != IdentityProofing.State.DECIDED:
        return
    yield from fact(case, "decided_at", _("Decided"))
    yield from fact(case, "decided_on", _("Day of the meeting"))
    yield from fact(case, "late_reason", _("Why it was decided later"))
    yield from fact(case, "outcome", _("Outcome"))
    yield from fact(case, "rule_set", _("Rule set"), _rule_set(case.rule_set))
    yield from _facts(case)
    yield from _grounds(case)
    witnessing = getattr(case, "witnessing", None)
    if witnessing is not None:
        yield from fact(
            witnessing, "applicant", _("In the register of witnessings"), _kept(), value=True
        )
        yield from _reversed(witnessing)


def _grounds(case: IdentityProofing) -> Iterator[Fact]:
    """The grounds as the letter tells them; by their rules where no rule here gives such ones."""
    try:
        account = account_of(case, language_now(), to_citizen=True)
        grounds = [f"{ground.name}: {ground.text}" for ground in account.grounds]
    except (KeyError, TypeError):
        grounds = [_rule(finding["rule"]) for finding in case.findings]
    fields = (stored_at(case, "findings"), stored_at(case, "failed"))
    yield Fact(fields, _("Grounds"), grounds, "\n".join(grounds))


def _rule(rule: str) -> str:
    """A rule by name; its code where this installation does not know it."""
    words, key = words_in(language_now()), f"rules.{rule}.name"
    return words.say(key) if words.has(key) else rule


def _facts(case: IdentityProofing) -> Iterator[Fact]:
    """The applicant's own part of the facts that the decision rests on."""
    label = _("Facts of the decision")
    if has_broken_facts(case):
        yield from unreadable(case, "facts_sealed", label)
        return
    facts = decision_facts(case, open_data_key(case.data_key))
    if facts is None:
        return
    shown = facts_shown(facts, language_now())
    told = {name: value for name, value in facts["applicant"].items() if name != "person"}
    documents = "; ".join(in_words(one.row) for one in shown.documents)
    said = _("Born {birth_date}. Questions: {questions}. Documents: {documents}.").format(
        birth_date=day_said(day_of(facts["applicant"]["birth_date"])),
        questions=shown.questions,
        documents=documents or _("None"),
    )
    yield from fact(case, "facts_sealed", label, said, value={"on": facts["on"], **told})


def _statement(statement: WitnessStatement) -> Item:
    case = statement.proofing
    known = witness_of(statement, open_data_key(case.data_key))
    documents = list(statement.documents.all())
    return Item(
        _("Confirmation of {day}").format(day=day_said(statement.recorded_at)),
        (
            *fact(statement, "recorded_at", _("Recorded")),
            *fact(statement, "withdrawn_at", _("Replaced by another")),
            *_name(statement, known),
            *_number(statement),
            *_born(statement, known),
            *_pointer(statement, "person"),
            *fact(statement, "relationship", _("What you are to who you witnessed for")),
            *fact(statement, "mitid_since", _("MitID since")),
            *fact(statement, "mitid_established", _("How that became known")),
            *fact(statement, "brought_mitid", _("Own MitID brought")),
            *fact(statement, "assurance_level", _("Level of MitID")),
            *(told for one in documents for told in _document(one)),
            *(told for one in statement.sign_in_requests.all() for told in _sign_in(one)),
            *(_not_met(case) if statement.withdrawn_at is None else ()),
        ),
    )


def _not_met(case: IdentityProofing) -> Iterator[Fact]:
    """The rules about the witness that were not met; never by which figures."""
    failed = [rule for rule in case.failed if rule.startswith("witness.")]
    names = map(_rule, failed)
    yield from fact(case, "failed", _("Not met by you"), ", ".join(names), value=failed or "")


def _sign_in(request: Model) -> Iterator[Fact]:
    yield from fact(request, "requested_at", _("Asked to sign with MitID"))
    yield from fact(request, "used_at", _("Signed with MitID"))


def _declaration(declaration: Declaration) -> Item:
    (when,) = fact(declaration, "accepted_at", _("Accepted"))
    return Item(
        _("Declaration of {day}").format(day=day_said(declaration.accepted_at)),
        (
            when,
            *fact(declaration, "accepted", _("How")),
            *fact(declaration, "version", _("Text")),
            *fact(declaration, "language", _("Language"), language_name(declaration.language)),
            *_pointer(declaration, "person"),
        ),
    )


def _check(check: WitnessCheck) -> Item:
    return Item(
        _("Check before the visit, {day}").format(day=day_said(check.asked_at)),
        (
            *fact(check, "asked_at", _("Asked")),
            *fact(check, "checked_at", _("You signed in")),
            *fact(check, "checked_for", _("Checked for the day")),
            *fact(check, "verdict", _("What came of it")),
            *fact(check, "from_day", _("First day on which you may witness")),
            *fact(check, "mitid_since", _("MitID since, as you said")),
            *_papers(check),
            *_pointer(check, "person"),
            *fact(check, "withdrawn_at", _("Withdrawn")),
        ),
    )


def _papers(check: WitnessCheck) -> list[Fact]:
    label, papers = _("What you said you will bring"), papers_kept(check)
    if papers is None:
        return unreadable(check, "papers_sealed", label)
    value = [for_machines(one) for one in papers]
    said = "; ".join(map(in_words, papers))
    return fact(check, "papers_sealed", label, said, value=value or "")


def _witnessing(witnessing: Witnessing) -> Item:
    return Item(
        _("Witnessing on {day}").format(day=day_said(witnessing.on_date)),
        (
            *fact(witnessing, "on_date", _("Day of the meeting")),
            *fact(witnessing, "recorded_at", _("Entered in the register")),
            *fact(witnessing, "late_reason", _("Why it was decided later")),
            *fact(witnessing, "rule_set", _("Rule set"), _rule_set(witnessing.rule_set)),
            *_pointer(witnessing, "witness"),
            *_reversed(witnessing, with_reason=True),
        ),
    )


def _reversed(witnessing: Witnessing, *, with_reason: bool = False) -> Iterator[Fact]:
    reversal = getattr(witnessing, "reversal", None)
    if reversal is None:
        return
    yield from fact(reversal, "reversed_on", _("The witnessing does not count since"))
    if with_reason:
        yield from fact(reversal.proposal, "reason", _("Why"))


def _link(link: LinkProposal, persons: frozenset[int]) -> Item:
    """A proposal; never how it became known, which may have been an investigation."""
    mine = "person" if link.person_id in persons else "other"
    return Item(
        _("Proposal of {day}").format(day=day_said(link.proposed_at)),
        (
            *fact(link, "proposed_at", _("Proposed")),
            *fact(link, "answered_at", _("Answered")),
            *fact(link, "is_approved", _("Approved")),
            *_pointer(link, mine),
        ),
    )


def _client_answer(answer: ClientAnswer) -> Iterator[Fact]:
    yield from fact(answer, "answer", _("The national client"))
    yield from fact(answer, "recorded_at", _("Recorded"))


def _name(row: IdentityProofing | WitnessStatement, known: KnownPerson) -> Iterable[Fact]:
    """The name; that of a protected applicant is said to be there alone."""
    if isinstance(row, IdentityProofing) and row.participant.is_protected and known.name:
        said = _("Kept, and written on no page")
        return [Fact((stored_at(row, "name_sealed"),), _("Name"), True, said)]
    if "name" in known.unreadable:
        return unreadable(row, "name_sealed", _("Name"))
    return fact(row, "name_sealed", _("Name"), known.name, value=known.name)


def _born(row: IdentityProofing | WitnessStatement, known: KnownPerson) -> list[Fact]:
    """The date of birth."""
    if "birth_date" in known.unreadable:
        return unreadable(row, "birth_date_sealed", _("Date of birth"))
    said = day_said(known.birth_date) if known.birth_date else ""
    return fact(row, "birth_date_sealed", _("Date of birth"), said, value=known.birth_date)


def _number(row: IdentityProofing | WitnessStatement) -> Iterable[Fact]:
    """That there is a number, and of which kind; its digits stand on no page."""
    kinds = {
        "cpr": _("CPR number, kept and written on no page"),
        "replacement": _("Replacement number, kept and written on no page"),
        "p_code": _("P-code, kept and written on no page"),
    }
    if row.number_sealed is None:
        return ()
    fields = (stored_at(row, "number_sealed"), stored_at(row, "number_kind"))
    return [Fact(fields, _("Number"), row.number_kind, kinds.get(row.number_kind, _kept()))]


def _pointer(row: Any, name: str) -> list[Fact]:
    """That a row points to the person, by a number that stands for them alone."""
    if getattr(row, f"{name}_id") is None:
        return []
    return [Fact((stored_at(row, name),), _("Pseudonym you are recognised by"), True, _kept())]


def _document(document: DocumentEvidence) -> list[Fact]:
    value = for_machines(document)
    fields = tuple(stored_at(document, name) for name in value)
    return [Fact(fields, _("Document"), value, in_words(document))]


def _rule_set(named: str) -> str:
    known = RULE_SETS.get(named)
    return known.title[language_now()] if known else named


def _kept() -> str:
    return _("Kept")
