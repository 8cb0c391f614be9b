"""How far it is from one place to another, as the crow flies."""

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Final

Place = tuple[float, float]
"""Latitude and longitude in degrees, north and east positive."""

_EARTH_KM: Final = 6371.0


@lru_cache(maxsize=8192)
def kilometres(one: Place, other: Place) -> float:
    """Return the length of the shortest way over the globe (haversine)."""
    latitude, longitude = radians(one[0]), radians(one[1])
    latitude_there, longitude_there = radians(other[0]), radians(other[1])
    half_chord = (
        sin((latitude_there - latitude) / 2) ** 2
        + cos(latitude) * cos(latitude_there) * sin((longitude_there - longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half_chord)))
