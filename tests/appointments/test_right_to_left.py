"""What is read from left to right stays so, and on one line, where a page is read from the right."""

import pytest
from django.utils.safestring import SafeString, mark_safe

from borgerservice.templatetags.page import in_one_piece


@pytest.mark.once
@pytest.mark.parametrize(
    "piece",
    [
        "23-11-2026",
        "dd-mm-yyyy",
        "дд-мм-рррр",
        "dd-mm-åååå",
        "20 30 40 50",
        "+46 70 123 45 67",
        "K7QF-M3RX-P8",
        "name@example.com",
    ],
)
def test_an_example_is_kept_in_one_piece_and_the_words_around_it_are_not(piece):
    shown = in_one_piece(f"مثل {piece}. A < b")
    assert shown == f'مثل <bdi dir="ltr" class="one-piece">{piece}</bdi>. A &lt; b'


@pytest.mark.once
@pytest.mark.parametrize("text", ["", "Write the country as DK.", "24:00", "well-to-do", "8000."])
def test_a_text_without_an_example_stays_as_it_is(text):
    assert in_one_piece(text) == text


@pytest.mark.once
def test_what_was_typed_as_a_page_s_own_tags_is_shown_as_text():
    shown = in_one_piece("<b>a@b.dk</b> <script>")
    assert "<b>" not in shown
    assert "<script>" not in shown
    assert in_one_piece(mark_safe("<b>ours</b>")) == SafeString("<b>ours</b>")
