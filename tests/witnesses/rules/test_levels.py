import pytest

from witnesses.rules.levels import LEVELS, is_enough

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("witness", "enough_for"),
    [
        ("low", ["low"]),
        ("substantial", ["low", "substantial"]),
        ("high", ["low", "substantial", "high"]),
    ],
)
def test_a_witness_s_level_is_enough_for_the_same_and_every_lower_one(witness, enough_for):
    assert [level for level in LEVELS if is_enough(witness, aimed_at=level)] == enough_for
