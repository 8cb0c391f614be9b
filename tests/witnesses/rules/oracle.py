"""A second implementation of the identity decision, from the contract's text alone.

It imports nothing from the product and goes another way wherever there is one: it counts where
the product calculates, tries every span where the product tries a few, and spells each list out.
It is slow, and that is fine.
"""

import json
from datetime import date, timedelta
from itertools import permutations

SETS = {
    "mitid-2022": ("narrow", "wide", 10, "at_least", "witnessings"),
    "digst-2023": ("wide", "wide", 10, "more_than", "persons"),
    "mitid-2025": ("level", "level", 30, "more_than", "witnessings"),
}
TYPES = (
    "passport", "driving_licence", "residence_card", "national_id_card",
    "foreign_ministry_id_card", "municipal_id_card", "health_card", "special_health_card",
    "temporary_health_card", "birth_certificate", "residence_certificate", "tax_assessment",
    "benefit_letter", "military_id", "nato_passport", "police_id", "bank_id_card",
)  # fmt: skip
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Twice(dict):
    pass


# --- dates ---------------------------------------------------------------------------------------


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year, month):
    return [31, 29 if is_leap(year) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def split(text):
    return int(text[:4]), int(text[5:7]), int(text[8:])


def is_day(value):
    if type(value) is not str or len(value) != 10 or value[4] != "-" or value[7] != "-":
        return False
    if any(sign not in "0123456789" for sign in value[:4] + value[5:7] + value[8:]):
        return False
    year, month, day = split(value)
    return year >= 1 and 1 <= month <= 12 and 1 <= day <= month_length(year, month)


def number_of(text):
    """Days since the day before 1 January of year 1, counted by years and months."""
    year, month, day = split(text)
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400
    return days + sum(month_length(year, earlier) for earlier in range(1, month)) + day


def age(born, on):
    """Birthdays reached: compare with the birthday in the year of `on`, as year, month, day."""
    year, month, day = split(born)
    this_year = split(on)[0]
    birthday = (this_year, month, day)
    if (month, day) == (2, 29) and not is_leap(this_year):
        birthday = (this_year, 3, 1)
    return this_year - year - (0 if split(on) >= birthday else 1)


def three_months_back(on):
    year, month, day = split(on)
    for _ in range(3):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    length = month_length(year, month) if year > 0 else 31
    return year, month, min(day, length)


# --- documents -----------------------------------------------------------------------------------


def is_usable(doc, on):
    kind, issuer, form = doc["type"], doc["issuer"], doc.get("form", "physical")
    if doc.get("provisional", False) or kind == "temporary_health_card" or form == "copy":
        return False
    if form == "app" and not (issuer == "DK" and kind in ("driving_licence", "health_card")):
        return False
    expires, issued = doc.get("expires_on"), doc.get("issued_on")
    if expires and split(expires) < split(on):
        return False
    if issued and split(issued) > split(on):
        return False
    if kind == "benefit_letter":
        return bool(issued) and split(issued) >= three_months_back(on)
    return True


def photo(doc):
    return doc.get("shows_photo", False)


def cpr(doc):
    return doc.get("shows_cpr", False)


def wide_photo_id(doc):
    kind, issuer = doc["type"], doc["issuer"]
    return photo(doc) and (
        kind in ("passport", "national_id_card")
        or (kind == "driving_licence" and issuer != "FO")
        or (kind == "residence_card" and issuer == "DK")
        or (kind == "foreign_ministry_id_card" and issuer == "DK")
    )


def stands_alone(doc):
    kind, issuer = doc["type"], doc["issuer"]
    return photo(doc) and (
        (kind == "driving_licence" and issuer in ("DK", "GL"))
        or (kind == "passport" and issuer in ("DK", "GL", "FO") and cpr(doc))
        or (kind == "residence_card" and issuer == "DK" and cpr(doc))
        or (kind == "foreign_ministry_id_card" and issuer == "DK")
    )


CORE = ("birth_certificate", "health_card", "special_health_card", "residence_certificate")
PAPERS = (*CORE, "tax_assessment", "benefit_letter")


def two_papers(one, other):
    return (
        one["type"] != other["type"]
        and all(doc["type"] in PAPERS and doc["issuer"] in ("DK", "GL") for doc in (one, other))
        and (one["type"] in CORE or other["type"] in CORE)
        and (cpr(one) or cpr(other))
    )


def combined(one, other):
    first = photo(one) and (
        one["type"] in ("passport", "national_id_card")
        or (one["type"] == "residence_card" and one["issuer"] == "DK")
        or (one["type"] == "municipal_id_card" and one["issuer"] in ("DK", "GL"))
    )
    second = (*CORE, "municipal_id_card")
    return first and cpr(other) and other["type"] in second and other["issuer"] in ("DK", "GL")


def applicant_suffices(kind, docs, wants_cpr):
    if kind == "wide":
        by_photo = any(map(wide_photo_id, docs)) and (not wants_cpr or any(map(cpr, docs)))
        return by_photo or any(two_papers(*pair) for pair in permutations(docs, 2))
    return any(map(stands_alone, docs)) or any(combined(*pair) for pair in permutations(docs, 2))


def witness_suffices(kind, docs):
    if kind == "narrow":
        return any(
            photo(doc)
            and doc["type"] in ("passport", "driving_licence")
            and doc["issuer"] in ("DK", "GL")
            for doc in docs
        )
    if kind == "level":
        return any(map(stands_alone, docs))
    return any(map(cpr, docs)) and any(
        photo(doc)
        and (
            doc["type"] in ("passport", "national_id_card")
            or (doc["type"] == "driving_licence" and doc["issuer"] == "DK")
            or (doc["type"] == "residence_card" and doc["issuer"] == "DK")
        )
        for doc in docs
    )


# --- quota ---------------------------------------------------------------------------------------


def highest(history, on, person, unit):
    """Try each of the 121 spans of 120 days that hold the meeting."""
    new = number_of(on)
    counted = [(number_of(one["on"]), one["person"]) for one in history if one.get("counted", True)]
    counted.append((new, person))
    best = 0
    for start in range(new - 120, new + 1):
        held = [who for day, who in counted if start <= day <= start + 120]
        best = max(best, len(held) if unit == "witnessings" else len(set(held)))
    return best


def free_from(history, on, person, unit, limit=3):
    """Walk from day to day."""
    day = date.fromisoformat(on)
    while highest(history, day.isoformat(), person, unit) > limit:
        if day == date.max:
            return None
        day += timedelta(days=1)
    return day


# --- the decision --------------------------------------------------------------------------------


def decide(facts, default="mitid-2022"):
    """The answer without the findings' sources."""
    name = facts.get("rule_set", default)
    witness_kind, applicant_kind, days, compare, unit = SETS[name]
    on, applicant, witness = facts["on"], facts["applicant"], facts.get("witness")
    findings = []

    def found(rule, passed, required, observed):
        findings.append(
            {"rule": rule, "passed": passed, "required": required, "observed": observed}
        )
        return passed

    def shown(person):
        docs = [doc for doc in person.get("documents", []) if is_usable(doc, on)]
        return docs, [doc["type"] for doc in docs]

    asked = applicant.get("questions", "not_asked") == "passed"
    accepted = False
    if not asked and witness is not None:
        years = age(witness["birth_date"], on)
        found("witness.minimum_age", years >= 18, 18, years)
        since = witness.get("mitid_since")
        held = None if since is None else number_of(on) - number_of(since)
        enough = held is not None and (held >= days if compare == "at_least" else held > days)
        found("witness.mitid_held", enough, {"days": days, "compare": compare}, held)
        brought = witness.get("brought_mitid", False)
        found("witness.mitid_brought", brought, True, brought)
        docs, kinds = shown(witness)
        found("witness.documents", witness_suffices(witness_kind, docs), witness_kind, kinds)
        ties = [tie for tie in ("is_applicant", "is_clerk") if witness.get(tie, False)]
        found("witness.independent", ties == [], [], ties)
        person = applicant.get("person", "applicant")
        most = highest(witness.get("earlier_witnessings", []), on, person, unit)
        required = {"at_most": 3, "unit": unit, "days": 120}
        found("witness.quota", most <= 3, required, most)
        accepted = all(finding["passed"] for finding in findings)
    of_witness, findings[:] = findings[:], []
    years = age(applicant["birth_date"], on)
    found("applicant.minimum_age", years >= 13, 13, years)
    docs, kinds = shown(applicant)
    enough = applicant_suffices(applicant_kind, docs, applicant.get("wants_cpr_link", True))
    found("applicant.documents", enough, applicant_kind, kinds)
    route = "questions" if asked else "witness" if accepted else None
    found("applicant.proof", route is not None, ["questions", "witness"], route)
    findings += of_witness
    failed = sorted(finding["rule"] for finding in findings if not finding["passed"])
    return {
        "id": facts.get("id"),
        "rule_set": name,
        "outcome": "not_confirmed" if failed else "confirmed",
        "route": None if failed else route,
        "failed": failed,
        "findings": findings,
    }


# --- validity ------------------------------------------------------------------------------------


def text(value):
    return type(value) is str


def boolean(value):
    return type(value) is bool


def day_or_null(value):
    return value is None or is_day(value)


def one_of(*words):
    return lambda value: type(value) is str and value in words


def issuer(value):
    return type(value) is str and len(value) == 2 and all(sign in CAPITALS for sign in value)


DOCUMENT = {
    "type!": one_of(*TYPES),
    "issuer!": issuer,
    "shows_photo": boolean,
    "shows_cpr": boolean,
    "form": one_of("physical", "app", "copy"),
    "expires_on": day_or_null,
    "issued_on": day_or_null,
    "provisional": boolean,
}
SCHEMA = {
    "id": text,
    "rule_set": one_of(*SETS),
    "on!": is_day,
    "applicant!": {
        "birth_date!": is_day,
        "person": text,
        "wants_cpr_link": boolean,
        "documents": [DOCUMENT],
        "questions": one_of("passed", "failed", "not_available", "declined", "not_asked"),
    },
    "witness": (
        {
            "birth_date!": is_day,
            "mitid_since": day_or_null,
            "brought_mitid": boolean,
            "documents": [DOCUMENT],
            "is_applicant": boolean,
            "is_clerk": boolean,
            "earlier_witnessings": [{"on!": is_day, "person!": text, "counted": boolean}],
        },
    ),
}


def paths_of(value, schema=SCHEMA, path=""):
    """The set of paths at which something is wrong."""
    if isinstance(schema, tuple):  # an object or null
        return set() if value is None else paths_of(value, schema[0], path)
    if isinstance(schema, list):
        if type(value) is not list:
            return {path}
        items = [paths_of(item, schema[0], f"{path}[{at}]") for at, item in enumerate(value)]
        return set().union(*items)
    if not isinstance(schema, dict):
        return set() if schema(value) else {path}
    if not isinstance(value, dict):
        return {path}
    wrong = {path} if isinstance(value, Twice) else set()
    known = {key.rstrip("!"): (key.endswith("!"), inner) for key, inner in schema.items()}
    if set(value) - set(known):
        wrong.add(path)
    for key, (required, inner) in known.items():
        here = f"{path}.{key}" if path else key
        if key in value:
            wrong |= paths_of(value[key], inner, here)
        elif required:
            wrong.add(here)
    return wrong


def no_constants(_):
    raise ValueError


def noticing(pairs):
    return (Twice if len({key for key, _ in pairs}) < len(pairs) else dict)(pairs)


def read(line):
    """The facts in a line and the paths at which it is wrong."""
    try:
        value = json.loads(line.decode(), object_pairs_hook=noticing, parse_constant=no_constants)
    except ValueError:
        return None, {""}
    return value, paths_of(value)
