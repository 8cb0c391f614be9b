"""The guide says what `decide` says, and everything it offers is enough, and no more than enough."""

from collections import Counter
from itertools import combinations

import pytest

from tests.witnesses.guide.cases import KINGDOM, as_document, cases, differences, expected, facts
from tests.witnesses.rules import oracle
from tests.witnesses.rules.random_cases import FULL, RULE_SETS
from witnesses.rules.answers import APPLICANT_PROOF
from witnesses.rules.engine import decide
from witnesses.rules.guide import advice as guide
from witnesses.rules.guide.additions import Change, choices
from witnesses.rules.guide.advice import additions_to, advise, case_of, service_for
from witnesses.rules.guide.answers import good_witness
from witnesses.rules.guide.papers import kinds
from witnesses.rules.rule_sets import rule_set

pytestmark = pytest.mark.once
COUNT = 20_000 if FULL else 2_000
ADDED_TO = 20_000 if FULL else 500
BY_HAND = 600 if FULL else 60


def after(answers, changes):
    """The documents once the changes were made, by the contract alone."""
    documents = [as_document(one) for one in answers.papers]
    today = answers.on.isoformat()
    for change in changes:
        if change.act == "bring":
            document = {"type": change.type, "issuer": change.issuer}
            document |= {"shows_photo": True, "shows_cpr": change.shows_cpr}
            documents.append({**document, "issued_on": today})
            continue
        document = dict(documents[change.place])
        document.pop("form", None)
        if change.act == "renew":
            for gone in ("provisional", "expires_on"):
                document.pop(gone, None)
            document["issued_on"] = today
        documents[change.place] = document
    return documents


def is_enough(answers, rules, changes, *, with_witness):
    case = facts(answers, after(answers, changes), with_witness=with_witness)
    return decide(case, rule_set(rules))["outcome"] == "confirmed"


def asking_less(change):
    return Change("bring", change.type, change.issuer, shows_cpr=False)


def test_every_answer_is_what_decide_says_of_the_same_facts():
    assert differences(COUNT) == 0


def test_the_cases_meet_every_answer_often():
    seen = Counter(expected(answers, rules) for answers, rules in cases(2_000))
    assert min(seen.values()) > 200, seen
    assert len(seen) == 3


def test_a_second_implementation_agrees():
    def ask(case, rules):
        return oracle.decide({**case, "rule_set": rules.id})

    for answers, rules in cases(300):
        assert advise(answers, rule_set(rules)).verdict == expected(answers, rules, ask)


def test_a_guide_that_answers_from_anything_else_is_found_out(monkeypatch):
    """The control: another rule set, an engine always content, one blind to the day of expiry."""
    assert differences(300, told_by="mitid-2025") > 0
    with monkeypatch.context() as patched:
        patched.setattr(guide, "decide", lambda *_: {"outcome": "confirmed"})
        assert differences(300) > 0

    def blind(case, rules):
        for document in case["applicant"]["documents"]:
            document["expires_on"] = None
        return decide(case, rules)

    monkeypatch.setattr(guide, "decide", blind)
    assert differences(300) > 0


def test_every_offered_addition_is_enough_and_no_part_of_it_is():
    offered = Counter()
    for answers, rules in cases(ADDED_TO):
        advice = advise(answers, rule_set(rules))
        told = {"with_witness": advice.with_witness}
        for changes in additions_to(answers, advice, rule_set(rules)):
            offered[len(changes)] += 1
            assert is_enough(answers, rules, changes, **told)
            if len(changes) == 2 and offered[2] % 9:
                continue  # pairs are many and much alike: one in nine is taken apart
            for left in combinations(changes, len(changes) - 1):
                assert not is_enough(answers, rules, left, **told)
            for change in changes:
                if change.shows_cpr and change.kind.cpr_number == "ask" and change.act == "bring":
                    less = changes - {change} | {asking_less(change)}
                    assert not is_enough(answers, rules, less, **told)
            if advice.with_witness:
                assert not is_enough(answers, rules, changes, with_witness=False)
    assert min(offered[1], offered[2]) > 1_000


def test_nothing_small_is_left_out():
    """Every paper the guide knows, and every mended one, tried one by one and two by two."""
    unlike = [(answers, rules) for answers, rules in cases(4 * BY_HAND) if answers.papers]
    looked_at = 0
    for answers, rules in unlike[:BY_HAND]:
        advice = advise(answers, rule_set(rules))
        if advice.verdict == "not_yet":
            looked_at += 1
            offered = additions_to(answers, advice, rule_set(rules))
            assert offered == tried_by_hand(answers, rules, advice.with_witness)
    assert looked_at > BY_HAND / 5


def tried_by_hand(answers, rules, with_witness):
    mended = [
        Change(act, one.type, one.issuer, one.shows_cpr, place)
        for place, one in enumerate(answers.papers)
        for act in acts_for(one, answers, rules)
    ]
    brought = [
        Change("bring", kind.type, issuer, shows_cpr)
        for kind in kinds().values()
        for issuer in kind.countries
        for shows_cpr in possible(kind, issuer, answers)
        if kind.type != "temporary_health_card"
    ]
    changes = [*mended, *brought]
    told = {"with_witness": with_witness}
    found = {frozenset({one}) for one in changes if is_enough(answers, rules, [one], **told)}
    rest = [one for one in changes if frozenset({one}) not in found]
    for one, other in combinations(rest, 2):
        is_one_kind = "bring" in {one.act, other.act} and one.type == other.type
        if not is_one_kind and is_enough(answers, rules, [one, other], **told):
            found.add(frozenset({one, other}))
    return {edge for edge in found if not any(asks_more(edge, one, found, mended) for one in edge)}


def asks_more(edge, change, found, mended):
    """The same is told with a paper less: one that need not show the number, or one mended."""
    if change.act != "bring":
        return False
    own = [one for one in mended if (one.type, one.issuer) == (change.type, change.issuer)]
    lesser = [*own, asking_less(change)] if change.shows_cpr else own
    return any(edge - {change} | {less} in found for less in lesser)


def acts_for(one, answers, rules):
    """How a paper that does not count can be mended: by its original if that does, or anew."""
    document = as_document(one)
    fresh = {"on": answers.on.isoformat(), "applicant": {"birth_date": "1985-01-01"}}

    def counts(document):
        fresh["applicant"]["documents"] = [document]
        found = decide(fresh, rule_set(rules))["findings"][1]["observed"]
        return bool(found)

    if counts(document) or one.type == "temporary_health_card":
        return []
    return ["original"] if counts({**document, "form": "physical"}) else ["renew"]


def possible(kind, issuer, answers):
    can_show = answers.has_number and issuer in KINGDOM and kind.cpr_number != "never"
    return [
        *([False] if not (can_show and kind.cpr_number == "always") else []),
        *[True] * can_show,
    ]


def test_the_lines_told_are_the_additions_and_nothing_else():
    for answers, rules in cases(200):
        additions = additions_to(answers, advise(answers, rule_set(rules)), rule_set(rules))
        told = {
            frozenset({one, other}) if other else frozenset({one})
            for choice in choices(additions)
            for one in choice.first
            for other in (choice.other or (None,))
        }
        assert told == additions
        assert len(choices(additions)) <= 12


@pytest.mark.parametrize("rules", RULE_SETS)
def test_the_witness_counted_on_meets_every_rule(rules):
    for answers, _ in cases(20):
        case = case_of(answers, rule_set(rules), with_witness=True)
        case["applicant"]["questions"] = "declined"
        found = decide(case, rule_set(rules))
        assert not [rule for rule in found["failed"] if rule.startswith("witness.")]
        assert APPLICANT_PROOF not in found["failed"]
        assert good_witness(answers.on, rule_set(rules))["brought_mitid"]


def test_newcomers_and_people_abroad_are_told_to_bring_a_witness():
    for answers, rules in cases(500):
        advice = advise(answers, rule_set(rules))
        is_settled = answers.has_number and answers.lived == "settled" and answers.has_address
        assert advice.with_witness == (not is_settled)
        assert bool(answers.reasons_for_witness) == (not is_settled)
        service = service_for(answers, advice)
        if not answers.has_number:
            assert service == "mitid_without_cpr"
        else:
            assert service == ("new_mitid" if is_settled else "new_mitid_witness")
