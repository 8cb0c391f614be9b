"""Whom we may write to, and how often: our forms must not be a way to pester or to run up bills.

Anybody can type anybody's number, and some numbers cost the sender a great deal.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import phonenumbers
from django.db import connection

from borgerservice.notifications.models import DailyCount, Message
from borgerservice.notifications.statements import COUNT

MOST_A_DAY: Final[dict[str, int]] = {Message.Channel.SMS: 10, Message.Channel.EMAIL: 20}
"""Enough for whoever books for a family or for clients on their own number, and no more."""
FEWEST_A_DAY: Final = min(MOST_A_DAY.values())

REGIONS = (
    "DK FO GL AT BE BG CH CY CZ DE EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO"
    " SE SI SK UA"
)
"""Where newcomers' numbers come from: the EEA, Switzerland, Great Britain and Ukraine."""
SERVED = frozenset(REGIONS.split())

TEXTED = (
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
)
_DANISH: Final[Any] = phonenumbers.PhoneMetadata.metadata_for_region("DK")
_DANISH_MOBILE: Final = re.compile(rf"\+45(?:{_DANISH.mobile.national_number_pattern})", re.ASCII)


def is_danish_mobile(phone: str) -> bool:
    """Whether a number (E.164) fits the library's pattern of Danish ones that can be texted.

    Most do; what does not may still be a good number, and is the whole library's to judge.
    """
    return _DANISH_MOBILE.fullmatch(phone) is not None


def may_be_texted(phone: str) -> bool:
    """Whether a number (E.164) is an ordinary mobile number of a country we write to."""
    if is_danish_mobile(phone):
        return True
    number = phonenumbers.parse(phone)
    return (
        phonenumbers.region_code_for_number(number) in SERVED
        and phonenumbers.number_type(number) in TEXTED
    )


def over_the_limit(messages: Iterable[tuple[int, str, str]], *, day: date) -> set[int]:
    """Count messages as sent on a day; the ids of those that are one too many.

    Each is told by its id, its channel and the mark of whom it goes to. One statement adds them
    all, so of however many workers no two can count the same place.
    """
    wanted: dict[str, list[tuple[int, str]]] = {}
    for pk, channel, mark in messages:
        wanted.setdefault(mark, []).append((pk, channel))
    if not wanted:
        return set()
    asked = json.dumps({mark: len(theirs) for mark, theirs in wanted.items()})
    with connection.cursor() as cursor:
        cursor.execute(
            COUNT[connection.vendor],
            [connection.ops.adapt_datefield_value(day), asked],
        )
        counted = cursor.fetchall()
    return {
        pk
        for mark, count in counted
        if count > FEWEST_A_DAY
        for place, (pk, channel) in enumerate(wanted[mark], start=count - len(wanted[mark]) + 1)
        if place > MOST_A_DAY[channel]
    }


def forget_counts(*, today: date) -> int:
    """Delete the counts of days that are over; how many went."""
    return DailyCount.objects.filter(day__lt=today).delete()[0]
