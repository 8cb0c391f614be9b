"""Random answers to the guide, and what they mean, spelled out without the guide."""

from datetime import date, timedelta
from random import Random

from tests.witnesses.rules.random_cases import EDGE_GAPS, RULE_SETS, SEED
from witnesses.rules.engine import decide
from witnesses.rules.guide.advice import advise
from witnesses.rules.guide.answers import Answers, paper
from witnesses.rules.guide.papers import kinds
from witnesses.rules.rule_sets import rule_set

KINGDOM = ("DK", "GL", "FO")
COMMON = ("passport", "driving_licence", "national_id_card", "residence_card", "health_card")
WITNESS = {
    "birth_date": "1970-05-05",
    "mitid_since": "2022-01-01",
    "brought_mitid": True,
    "documents": [
        {"type": "driving_licence", "issuer": "DK", "shows_photo": True, "shows_cpr": True}
    ],
}


def random_answers(rng: Random) -> Answers:
    """Answers mostly near the edges: a paper or two, often one that does not count."""
    on = date(2026, 11, 23) + timedelta(days=rng.randint(0, 700))
    has_number = rng.random() < 0.8
    papers = [
        random_paper(rng, on, has_number) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4, 6]))
    ]
    return Answers(
        on=on,
        has_number=has_number,
        lived=rng.choice(["abroad", "new", "settled", "settled", "settled"]),
        has_address=rng.random() < 0.8,
        papers=tuple(papers),
    )


def random_paper(rng: Random, on: date, has_number: bool):  # noqa: FBT001
    kind = kinds()[rng.choice(COMMON if rng.random() < 0.7 else list(kinds()))]
    gap = timedelta(days=rng.choice(EDGE_GAPS))
    return paper(
        kind,
        issuer=rng.choice(kind.countries[:2] if rng.random() < 0.5 else kind.countries),
        form="physical" if rng.random() < 0.7 else rng.choice(["app", "copy", "temporary"]),
        photo=rng.random() < 0.8,
        number=rng.random() < 0.6,
        has_number=has_number,
        expires_on=rng.choice([None, None, on - gap, on + gap]),
        issued_on=on - gap if kind.type == "benefit_letter" and rng.random() < 0.9 else None,
    )


def cases(count: int, seed: int = SEED):
    """Answers with a rule set each, the same every time."""
    rng = Random(seed)
    for _ in range(count):
        yield random_answers(rng), rng.choice(RULE_SETS)


def as_document(one) -> dict:
    """A paper as the contract has it."""
    document = {"type": one.type, "issuer": one.issuer}
    document |= {"shows_photo": one.shows_photo, "shows_cpr": one.shows_cpr}
    document |= {"form": "physical", "provisional": True} if one.form == "temporary" else {}
    document |= {"form": one.form} if one.form in {"app", "copy"} else {}
    document |= {"expires_on": one.expires_on.isoformat()} if one.expires_on else {}
    document |= {"issued_on": one.issued_on.isoformat()} if one.issued_on else {}
    return document


def facts(answers: Answers, documents: list, *, with_witness: bool) -> dict:
    """The case as the contract has it: a grown-up, and a witness nothing can be said against."""
    can_ask = answers.has_number and answers.lived == "settled" and answers.has_address
    case = {
        "on": answers.on.isoformat(),
        "applicant": {
            "birth_date": "1985-01-01",
            "wants_cpr_link": answers.has_number,
            "questions": "passed" if can_ask else "not_available",
            "documents": documents,
        },
    }
    return case | ({"witness": WITNESS} if with_witness else {})


def expected(answers: Answers, rules: str, ask=decide) -> str:
    """What `decide` says of the same facts, in the guide's words."""
    documents = [as_document(one) for one in answers.papers]
    for verdict, with_witness in (("enough", False), ("enough_with_witness", True)):
        case = facts(answers, documents, with_witness=with_witness)
        if ask(case, rule_set(rules))["outcome"] == "confirmed":
            return verdict
    return "not_yet"


def differences(count: int, told_by=None) -> int:
    """How often the guide tells another thing than `decide`. `told_by`: a rule set, for a control."""
    return sum(
        advise(answers, rule_set(told_by or rules)).verdict != expected(answers, rules)
        for answers, rules in cases(count)
    )
