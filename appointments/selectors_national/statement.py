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
  SELECT c.*, m.name AS municipality, s.bit, o.minutes, o.buffer_minutes,
    COALESCE(o.lead_minutes, c.lead_minutes) AS lead,
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
  SELECT f.id, (
    SELECT {SUMMARY} FROM appointments_centreday r
    WHERE r.day >= f.first_day AND {MAYBE} ORDER BY r.day LIMIT 1
  ) AS summary FROM offer f
), following AS MATERIALIZED (
  SELECT f.id, (
    SELECT {SUMMARY} FROM appointments_centreday r
    WHERE r.day > f.first_day AND {MAYBE} ORDER BY r.day LIMIT 1
  ) AS summary FROM soonest s JOIN offer f ON f.id = s.id AND {{day_of_s}} = f.first_day
), wanted AS MATERIALIZED (
  SELECT s.id AS centre_id, {{day_of_s}} AS day, s.summary
  FROM (SELECT * FROM soonest UNION ALL SELECT * FROM following) s WHERE s.summary IS NOT NULL
)
"""  # noqa: S608 - nothing comes in
"""A centre's first day may be over but for its lead time, so the one after it comes along."""
LATER: Final = f"""
, wanted AS (
  SELECT f.id AS centre_id, r.day, {SUMMARY} AS summary FROM offer f JOIN appointments_centreday r
    ON r.day > %(after)s AND {MAYBE}
  WHERE f.id IN ({{centres}})
)
"""  # noqa: S608 - nothing comes in
EVENING: Final = """AND EXISTS (
  SELECT 1 FROM appointments_deskday e WHERE e.centre_id = r.centre_id AND e.day = r.day
    AND (e.b4 <> %(full)s OR e.b5 <> %(full)s))
"""
DESK: Final = """d.told
    || CASE WHEN d.opens_at IS NULL OR d.opens_at <= %(now)s THEN ',open,' ELSE ',kept,' END
    || CASE WHEN h.id IS NULL THEN '' WHEN h.expires_at <= %(now)s
         THEN h.starts_at || '/' || h.busy_until ELSE 'held' END"""
"""A desk's day as one text, once for each hold there: a day is then one row, and is read as one."""
ROWS: Final = f"""
SELECT w.summary, (
    SELECT {{joined}}({DESK}, ';')
    FROM appointments_deskday d LEFT JOIN appointments_hold h
      ON h.centre_id = d.centre_id AND h.day = d.day AND h.desk_id = d.desk_id
    WHERE d.centre_id = w.centre_id AND d.day = w.day
  ) AS desks,
  f.id, f.key, f.name, f.municipality, f.is_demo, f.is_step_free,
  f.start_step_minutes, f.bit, f.minutes, f.buffer_minutes, f.lead,
  COALESCE(p.address, f.address), COALESCE(p.postal_code, f.postal_code), COALESCE(p.city, f.city),
  COALESCE(p.latitude, CASE WHEN p.id IS NULL THEN f.latitude END, q.latitude),
  COALESCE(p.longitude, CASE WHEN p.id IS NULL THEN f.longitude END, q.longitude),
  n.code, n.city, n.latitude, n.longitude
FROM wanted w
JOIN offer f ON f.id = w.centre_id
LEFT JOIN municipalities_mobilestop p ON p.centre_id = f.id AND p.weekday = {{weekday}}
LEFT JOIN municipalities_postalcode q ON q.code = COALESCE(p.postal_code, f.postal_code)
LEFT JOIN (
  SELECT code, city, latitude, longitude FROM municipalities_postalcode WHERE code IN (
    (SELECT MAX(code) FROM municipalities_postalcode WHERE code <= %(near)s),
    (SELECT MIN(code) FROM municipalities_postalcode WHERE code >= %(near)s AND %(number)s > 0)
  ) ORDER BY ABS(CAST(code AS integer) - %(number)s), code LIMIT 1
) n ON 1 = 1
"""  # noqa: S608 - nothing comes in
DIALECT: Final = {
    "postgresql": {
        "first_day": "CAST(CAST(%(clock)s AS timestamp)"
        " + COALESCE(o.lead_minutes, c.lead_minutes) * interval '1 minute' AS date)",
        "last_day": "CAST(%(today)s AS date) + COALESCE(o.horizon_days, c.horizon_days)",
        "weekday": "CAST(EXTRACT(ISODOW FROM w.day) AS integer) - 1",
        "day_of_s": "CAST(substr(s.summary, 1, 10) AS date)",
        "joined": "string_agg",
    },
    "sqlite": {
        "first_day": "date(%(clock)s, COALESCE(o.lead_minutes, c.lead_minutes) || ' minutes')",
        "last_day": "date(%(today)s, COALESCE(o.horizon_days, c.horizon_days) || ' days')",
        "weekday": "(CAST(strftime('%%w', w.day) AS integer) + 6) %% 7",
        "day_of_s": "substr(s.summary, 1, 10)",
        "joined": "group_concat",
    },
}
