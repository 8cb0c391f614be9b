"""Random facts, mostly near the edges that decide, and random ways to spoil them."""

import json
import os
from datetime import date, timedelta
from random import Random

FULL = os.environ.get("FULL") == "1"
SEED = int(os.environ.get("SEED", "20261122"))
RULE_SETS = ("mitid-2022", "digst-2023", "mitid-2025")
TYPES = (
    "passport", "driving_licence", "residence_card", "national_id_card",
    "foreign_ministry_id_card", "municipal_id_card", "health_card", "special_health_card",
    "temporary_health_card", "birth_certificate", "residence_certificate", "tax_assessment",
    "benefit_letter", "military_id", "nato_passport", "police_id", "bank_id_card",
)  # fmt: skip
COMMON_TYPES = TYPES[:8] + TYPES[9:13]
EDGE_DAYS = [
    "0001-01-01", "0001-03-31", "0001-04-30", "0001-12-31", "1900-03-01", "2000-02-29",
    "2024-02-29", "2025-02-28", "2025-05-31", "2026-03-29", "2026-10-25", "2026-12-31",
    "2028-02-29", "2100-03-01", "9999-09-02", "9999-12-31",
]  # fmt: skip
EDGE_GAPS = [0, 1, 9, 10, 11, 29, 30, 31, 89, 90, 91, 92, 93, 119, 120, 121, 122, 240, 241]


def maybe(rng, chance):
    return rng.random() < chance


def moved(day, days):
    """The day moved, kept inside the calendar."""
    number = min(max(day.toordinal() + days, 1), date.max.toordinal())
    return date.fromordinal(number)


def near(rng, on):
    gap = rng.choice(EDGE_GAPS) if maybe(rng, 0.6) else rng.randint(0, 400)
    return moved(on, gap if maybe(rng, 0.4) else -gap).isoformat()


def birth(rng, on, years):
    """Around the birthday that decides, or anywhere."""
    if maybe(rng, 0.5):
        year = min(max(on.year - years, 1), 9999)
        day = min(on.day, 28) if (on.month, year % 4) == (2, 1) else on.day
        try:
            return moved(date(year, on.month, day), rng.randint(-2, 2)).isoformat()
        except ValueError:
            return date(year, 3, 1).isoformat()
    if maybe(rng, 0.15):
        return rng.choice(EDGE_DAYS)
    return moved(on, -rng.randint(0, 36_000)).isoformat()


def document(rng, on):
    doc = {
        "type": rng.choice(COMMON_TYPES if maybe(rng, 0.9) else TYPES),
        "issuer": rng.choice(["DK", "DK", "DK", "GL", "FO", "DE", "SE"]),
    }
    for key, chance in (("shows_photo", 0.75), ("shows_cpr", 0.5)):
        if maybe(rng, 0.9):
            doc[key] = maybe(rng, chance)
    if maybe(rng, 0.3):
        doc["form"] = rng.choice(["physical", "physical", "app", "copy"])
    for key, chance in (("expires_on", 0.3), ("issued_on", 0.3)):
        if maybe(rng, chance):
            doc[key] = None if maybe(rng, 0.1) else near(rng, on)
    if doc["type"] == "benefit_letter" and maybe(rng, 0.8):
        doc["issued_on"] = moved(on, -rng.randint(86, 94)).isoformat()
    if maybe(rng, 0.1):
        doc["provisional"] = maybe(rng, 0.3)
    return doc


def good_document(rng):
    return {
        "type": "passport", "issuer": rng.choice(["DK", "GL"]), "shows_photo": True,
        "shows_cpr": True, "expires_on": rng.choice([None, "9999-12-31"]),
    }  # fmt: skip


def documents(rng, on):
    docs = [document(rng, on) for _ in range(rng.choice([0, 1, 1, 2, 2, 3, 4]))]
    if maybe(rng, 0.5):
        docs.insert(rng.randint(0, len(docs)), good_document(rng))
    if docs and maybe(rng, 0.1):
        docs.append(dict(rng.choice(docs)))
    return docs


def history(rng, on):
    entries = []
    for _ in range(rng.choice([0, 1, 2, 3, 3, 4, 5, 6, 8])):
        one = {"on": near(rng, on), "person": rng.choice(["a", "b", "c", "d", "applicant", "A"])}
        if maybe(rng, 0.3):
            one["counted"] = maybe(rng, 0.5)
        entries.append(one)
    if entries and maybe(rng, 0.2):
        entries.append(dict(rng.choice(entries)))
    return entries


def a_day(rng):
    if maybe(rng, 0.15):
        return date.fromisoformat(rng.choice(EDGE_DAYS))
    return moved(date(2026, 4, 15), rng.randint(-3000, 3000))


def witness(rng, on):
    person = {"birth_date": birth(rng, on, 18)}
    if maybe(rng, 0.5):
        person["birth_date"] = moved(on, -rng.randint(8000, 30_000)).isoformat()
    if maybe(rng, 0.9):
        person["mitid_since"] = None if maybe(rng, 0.05) else near(rng, on)
    if maybe(rng, 0.95):
        person["brought_mitid"] = maybe(rng, 0.95)
    person["documents"] = documents(rng, on)
    for key in ("is_applicant", "is_clerk"):
        if maybe(rng, 0.3):
            person[key] = maybe(rng, 0.15)
    if maybe(rng, 0.9):
        person["earlier_witnessings"] = history(rng, on)
    return person


def facts(rng):
    """Valid facts."""
    on = a_day(rng)
    applicant = {"birth_date": birth(rng, on, 13), "documents": documents(rng, on)}
    if maybe(rng, 0.4):
        applicant["person"] = rng.choice(["a", "b", "z", "applicant", "æ:ø"])
    if maybe(rng, 0.4):
        applicant["wants_cpr_link"] = maybe(rng, 0.5)
    if maybe(rng, 0.9):
        outcomes = ["passed", "failed", "not_available", "declined", "not_asked"]
        applicant["questions"] = rng.choice(outcomes)
    case = {"on": on.isoformat(), "applicant": applicant}
    if maybe(rng, 0.8):
        case["id"] = rng.choice(["c1", "", "a:b", "\ud800", "æ", '"\\\n'])
    if maybe(rng, 0.8):
        case["rule_set"] = rng.choice(RULE_SETS)
    if maybe(rng, 0.75):
        case["witness"] = None if maybe(rng, 0.05) else witness(rng, on)
    pairs = list(case.items())
    rng.shuffle(pairs)
    return dict(pairs)


ODD_VALUES = [
    None, True, False, 0, 1, 1.0, -1, 10**30, 1e400, "", " ", "DK", "dk", "D", "DKK", "D1", "\uff24\uff2b",
    "passport", "Passport", "app", "passed", "true", "null", "2026-01-15", "2026-1-15", "20260115",
    "2026-02-29", "2024-02-29", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01",
    "2026-01-15T00:00", " 2026-01-15", "2026-01-15\n", "2026-W03-4", "\uff12\uff10\uff12\uff16-01-15", "+026-01-15",
    "2026-13-01", "2026-00-10", "2026-01-00", "1900-02-29", "MITID-2022", "mitid-2022",
    "mitid-2022 ", [], {}, [[]], [{}], {"a": {}}, ["x"], "ÅÅ", "A\u030a", "\ud800", "mitid-2026",
]  # fmt: skip


class Pairs(list):
    """An object as pairs, so that a key can stand in it twice."""


def as_pairs(value):
    if isinstance(value, dict):
        return Pairs((key, as_pairs(inner)) for key, inner in value.items())
    return [as_pairs(inner) for inner in value] if isinstance(value, list) else value


def written(value):
    if isinstance(value, Pairs):
        inner = (f"{json.dumps(key)}: {written(part)}" for key, part in value)
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value)


def objects_in(value):
    if isinstance(value, Pairs):
        yield value
        for _, inner in value:
            yield from objects_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


def spoiled(rng, case):
    """A line made from facts by one to three changes; some of them leave it valid."""
    tree = as_pairs(case)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        target = rng.choice(list(objects_in(tree)) or [tree])
        change = rng.random()
        place = rng.randrange(len(target)) if target else 0
        odd = as_pairs(rng.choice(ODD_VALUES))
        if change < 0.5 and target:
            target[place] = (target[place][0], odd)
        elif change < 0.65 and target:
            del target[place]
        elif change < 0.8:
            name = rng.choice(["x", "", "cpr", "on", "Type", "type ", "documents", "é"])
            target.insert(place, (name, odd))
        elif target:
            again = rng.choice([target[place][1], odd])
            target.insert(rng.randint(0, len(target)), (target[place][0], again))
    return written(tree).encode()


def tomorrow(text):
    return (date.fromisoformat(text) + timedelta(days=1)).isoformat()


def generator(salt=0):
    return Random(SEED + salt)
