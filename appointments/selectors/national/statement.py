"""The statement over the whole country, in parts, for either database.

The reader puts it together: the offers, then which of their days are wanted, then the rows.
"""

from typing import Final

SUMMARY: Final = "r.day || ' ' || r.id || ' ' || r.changes"
"""What is told of a day in one text, so that each centre's next is looked up once."""
MAYBE: Final = """r.centre_id = f.id AND r.day <= f.last_day
      AND (r.room >> f.bit) & 1 = 1 {days_asked_for}"""
OFFERS: Final = """
WITH offer AS (
  SELECT c.id, c.told, c.postal_code, c.latitude, c.longitude, c.is_mobile,
    m.name AS municipality,
    s.bit, o.minutes, o.buffer_minutes, COALESCE(o.lead_minutes, c.lead_minutes) AS lead,
    {first_day} AS first_day, {last_day} AS last_day
  FROM appointments_servicetype s
  JOIN appointments_centreservice o ON o.service_id = s.id
  JOIN municipalities_centre c ON c.id = o.centre_id
  JOIN municipalities_municipality m ON m.id = c.municipality_id
  JOIN municipalities_region g ON g.id = m.region_id
  WHERE s.code = %(service)s AND c.is_open_for_booking {offers_asked_for}
)
"""
SOONEST: Final = f"""
, soonest AS MATERIALIZED (
  SELECT f.id, f.bit, f.first_day, f.last_day, (
    SELECT {SUMMARY} FROM appointments_centreday r
    WHERE r.day >= f.first_day AND {MAYBE} ORDER BY r.day LIMIT 1
  ) AS summary FROM offer f
), found AS (
  SELECT f.id, f.summary FROM soonest f WHERE f.summary IS NOT NULL
  UNION ALL
  SELECT f.id, (
    SELECT {SUMMARY} FROM appointments_centreday r
    WHERE r.day > f.first_day AND {MAYBE} ORDER BY r.day LIMIT 1
  ) FROM soonest f WHERE {{day_of_f}} = f.first_day
), wanted AS MATERIALIZED (
  SELECT f.id AS centre_id, {{day_of_f}} AS day, f.summary FROM found f
  WHERE f.summary IS NOT NULL
)
"""  # noqa: S608 - nothing comes in
"""A centre's first day may be over but for its lead time, so the one after it comes along."""
LATER: Final = f"""
, wanted AS MATERIALIZED (
  SELECT f.id AS centre_id, r.day, {SUMMARY} AS summary FROM offer f JOIN appointments_centreday r
    ON r.day > %(after)s AND {MAYBE}
  WHERE f.id IN ({{centres}})
)
"""  # noqa: S608 - nothing comes in
EVENING: Final = """AND EXISTS (
  SELECT 1 FROM appointments_deskday e WHERE e.centre_id = r.centre_id AND e.day = r.day
    AND (e.b4 <> %(full)s OR e.b5 <> %(full)s))
"""
STOP: Final = """
SELECT CAST({array}(p.address, p.postal_code, p.city,
  COALESCE(p.latitude, q.latitude), COALESCE(p.longitude, q.longitude)) AS text)
FROM municipalities_mobilestop p
LEFT JOIN municipalities_postalcode q ON q.code = p.postal_code
WHERE p.centre_id = f.id AND p.weekday = {weekday}
"""
HOLDS: Final = """
SELECT {joined}(h.centre_id || ' ' || CAST(h.day AS text) || ',' || h.desk_id || ','
  || CASE WHEN h.expires_at <= %(now)s
       THEN CAST(h.starts_at AS text) || '/' || CAST(h.busy_until AS text) ELSE 'held' END, ';')
FROM wanted w JOIN appointments_hold h ON h.centre_id = w.centre_id AND h.day = w.day
"""
ORIGIN: Final = """
SELECT CAST({array}(code, city, latitude, longitude) AS text)
FROM municipalities_postalcode WHERE code IN (
  (SELECT MAX(code) FROM municipalities_postalcode WHERE code <= %(near)s),
  (SELECT MIN(code) FROM municipalities_postalcode WHERE code >= %(near)s AND %(number)s > 0)
) ORDER BY ABS(CAST(code AS integer) - %(number)s), code LIMIT 1
"""
"""The postal code asked for, or its neighbour by number."""
ROWS: Final = f"""
SELECT w.summary, (
    SELECT {{joined}}(
      CASE WHEN d.opens_at IS NULL OR d.opens_at <= %(now)s THEN d.told ELSE 'kept' END, ';')
    FROM appointments_deskday d WHERE d.centre_id = w.centre_id AND d.day = w.day
  ) AS desks, CASE WHEN f.is_mobile THEN ({STOP}) END AS stop,
  CASE WHEN f.latitude IS NULL THEN (
    SELECT CAST({{array}}(q.latitude, q.longitude) AS text) FROM municipalities_postalcode q
    WHERE q.code = f.postal_code
  ) END AS about, f.latitude, f.longitude, f.id, f.told, f.municipality,
  f.bit, f.minutes, f.buffer_minutes, f.lead
FROM wanted w JOIN offer f ON f.id = w.centre_id
UNION ALL
SELECT '', ({HOLDS}), ({ORIGIN}),
  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""  # noqa: S608 - nothing comes in
"""A row a day; and one with no summary, which tells of the holds on those days and the origin."""
DIALECT: Final = {
    "postgresql": {
        "first_day": "CAST(CAST(%(clock)s AS timestamp)"
        " + COALESCE(o.lead_minutes, c.lead_minutes) * interval '1 minute' AS date)",
        "last_day": "CAST(%(today)s AS date) + COALESCE(o.horizon_days, c.horizon_days)",
        "weekday": "CAST(EXTRACT(ISODOW FROM w.day) AS integer) - 1",
        "day_of_f": "CAST(substr(f.summary, 1, 10) AS date)",
        "joined": "string_agg",
        "array": "json_build_array",
    },
    "sqlite": {
        "first_day": "date(%(clock)s, COALESCE(o.lead_minutes, c.lead_minutes) || ' minutes')",
        "last_day": "date(%(today)s, COALESCE(o.horizon_days, c.horizon_days) || ' days')",
        "weekday": "(CAST(strftime('%%w', w.day) AS integer) + 6) %% 7",
        "day_of_f": "substr(f.summary, 1, 10)",
        "joined": "group_concat",
        "array": "json_array",
    },
}
