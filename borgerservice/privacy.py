"""What each stored field is, and how long it lives (`PRIVACY` on every model).

A model says `PRIVACY = {Life.X: {Kind.Y: "field other_field"}}`; a test fails for a field that
stands in no list or in two.
"""

from enum import Enum


class Kind(Enum):
    """How much harm a leak of the field would do."""

    PUBLIC = "anyone may read it"
    INTERNAL = "says something about work, nothing about a citizen"
    PSEUDONYM = "a keyed mark that stands for a person or a number"
    PERSONAL = "about a citizen; sealed where a person could be named by it"
    CONFIDENTIAL = "a CPR number or what decides an identity; always sealed"
    SECRET = "gives access; stored hashed or wrapped"


class Life(Enum):
    """When the field is due to go."""

    IN_USE = "as long as the thing it describes is in use"
    HOUR = "one hour: a time kept, a mark of what was used once"
    FORM = "an hour after something was last sent, 24 hours at most: a form being filled in"
    CONTACT = "30 days after the visit, then shredded with its key"
    VISIT = "with the visit: proposed for discard 5 years after it"
    CASE = "with the case: proposed for discard 5 years after the decision"
    LEDGER = "121 days for the quota, 24 months for fraud, then deleted; reversed, with its case"
    AUDIT = "24 months"
    DAY = "24 hours"
