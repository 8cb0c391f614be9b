"""Facts of a plain good case, to be changed in the one respect a test is about."""

import json
from pathlib import Path

from witnesses.rules.lines import answer_line
from witnesses.rules.rule_sets import rule_set

CASES = Path(__file__).with_name("cases")
DAY = "2026-04-15"


def document(kind="passport", issuer="DK", **more):
    return {"type": kind, "issuer": issuer, "shows_photo": True, "shows_cpr": True, **more}


def witness(**more):
    good = {
        "birth_date": "1985-06-01",
        "mitid_since": "2022-01-10",
        "brought_mitid": True,
        "documents": [document()],
    }
    return {**good, **more}


def case(*, applicant=None, **more):
    good = {"birth_date": "1992-03-03", "documents": [document()], "questions": "not_available"}
    good.update(applicant or {})
    return {"on": DAY, "rule_set": "mitid-2022", "applicant": good, **more}


def line(facts):
    return json.dumps(facts).encode()


def decided(raw, **how):
    """The answer to a line, as whoever asked reads it."""
    return json.loads(answer_line(raw, **how)[0])


def by_default(_on):
    return rule_set("mitid-2022")


def never(_on):
    raise AssertionError("the schedule was asked")


def lines_of(name):
    with (CASES / name).open(encoding="utf-8") as stream:
        return [json.loads(text) for text in stream]
