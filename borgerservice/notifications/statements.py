"""The statements the ORM cannot say: many rows in one, and told which of them it was."""

INSERT = {
    "postgresql": """
        INSERT INTO notifications_message
          (municipality_id, contact_id, kind, channel, language, subject, facts, dedupe_key,
           status, problem, attempts, due_at, created_at)
        SELECT municipality_id, contact_id, kind, channel, language, subject, facts, dedupe_key,
          'due', '', 0, %s, %s
        FROM jsonb_to_recordset(%s::jsonb) AS given
          (municipality_id bigint, contact_id bigint, kind text, channel text, language text,
           subject text, facts jsonb, dedupe_key text)
        ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
        """,
    "sqlite": """
        INSERT INTO notifications_message
          (municipality_id, contact_id, kind, channel, language, subject, facts, dedupe_key,
           status, problem, attempts, due_at, created_at)
        SELECT json_extract(value, '$.municipality_id'), json_extract(value, '$.contact_id'),
          json_extract(value, '$.kind'), json_extract(value, '$.channel'),
          json_extract(value, '$.language'), json_extract(value, '$.subject'),
          json_extract(value, '$.facts'), json_extract(value, '$.dedupe_key'),
          'due', '', 0, %s, %s
        FROM json_each(%s) WHERE true
        ON CONFLICT (dedupe_key) DO NOTHING RETURNING id
        """,
}
"""New messages: when they are due, when they were made, the rest as JSON."""

_IS_ONE_OF = {
    "postgresql": "= ANY (ARRAY(SELECT value::bigint FROM jsonb_array_elements_text(%s::jsonb)))",
    "sqlite": "IN (SELECT value FROM json_each(%s))",
}

_CLAIM = """
    UPDATE notifications_message
    SET status = 'sending', leased_until = %s, attempts = attempts + 1
    WHERE id {is_one_of_those}
    RETURNING id, channel
    """
_WAITING = """
    SELECT id FROM notifications_message
    WHERE {which} AND due_at <= %s AND (leased_until IS NULL OR leased_until <= %s)
    ORDER BY due_at, id LIMIT %s
    """
_THOSE = {
    "postgresql": f"= ANY (ARRAY({_WAITING} FOR UPDATE SKIP LOCKED))",
    "sqlite": f"IN ({_WAITING})",
}
CLAIM = {
    vendor: _CLAIM.format(is_one_of_those=those.format(which="is_waiting"))
    for vendor, those in _THOSE.items()
}
"""Take the oldest messages for a while: until when, the moment twice, at most how many. A row that
another worker is taking is passed over."""
CLAIM_NAMED = {
    vendor: _CLAIM.format(
        is_one_of_those=those.format(
            which=f"id {_IS_ONE_OF[vendor]} AND status IN ('due', 'sending')"
        )
    )
    for vendor, those in _THOSE.items()
}
"""The same of some: until when, their ids as JSON, the moment twice, at most how many. It does not
say `is_waiting`, or PostgreSQL might look for them among all that wait."""

COUNT = {
    "postgresql": """
        INSERT INTO notifications_dailycount (day, mark, messages)
        SELECT %s, key, CAST(value AS integer) FROM jsonb_each_text(%s::jsonb) ORDER BY key
        ON CONFLICT (day, mark)
        DO UPDATE SET messages = notifications_dailycount.messages + excluded.messages
        RETURNING mark, messages
        """,
    "sqlite": """
        INSERT INTO notifications_dailycount (day, mark, messages)
        SELECT %s, key, value FROM json_each(%s) WHERE true
        ON CONFLICT (day, mark)
        DO UPDATE SET messages = notifications_dailycount.messages + excluded.messages
        RETURNING mark, messages
        """,
}
"""Count messages per mark: the day, and how many more for each mark as JSON. In the order of the
marks, so that two workers never wait for each other."""

_READ = """
    SELECT message.id, message.kind, message.channel, message.language, message.facts,
      message.dedupe_key, message.attempts, data_key.wrapped, data_key.key_version,
      CASE message.channel WHEN 'sms' THEN contact.phone_sealed ELSE contact.email_sealed END,
      CASE message.channel WHEN 'sms' THEN contact.phone_mark ELSE contact.email_mark END
    FROM notifications_message message
      LEFT JOIN notifications_contact contact ON contact.id = message.contact_id
      LEFT JOIN vault_datakey data_key ON data_key.id = contact.data_key_id
    WHERE message.id {is_one_of}
      AND message.status = 'sending' AND message.leased_until = %s
    ORDER BY message.id
    """
READ = {vendor: _READ.format(is_one_of=those) for vendor, those in _IS_ONE_OF.items()}
"""Messages that are about to go out, of a worker whose claim still stands: their ids as JSON, and
until when it has them."""

_SENT = """
    UPDATE notifications_message
    SET status = 'sent', sent_at = %s, leased_until = NULL, problem = ''
    WHERE id {is_one_of} AND leased_until = %s
    """
SENT = {vendor: _SENT.format(is_one_of=those) for vendor, those in _IS_ONE_OF.items()}
"""Messages that have gone out: when, their ids as JSON, and until when the worker had them."""
