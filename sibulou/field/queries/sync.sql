-- What a device may know. `ranges` are its user's areas of the village and below, `seats` and `own` his seats and the
-- subjects he guards. `young`: written since the last answer, or an answer that begins afresh: PostgreSQL keeps with
-- every row the transaction that wrote it, also when the row is frozen, and age() compares round the end of the
-- counter. A row that is billions of transactions old may seem young and comes once more; none that is new seems old.

-- name: young
(%(since)s::text IS NULL OR age({row}.xmin) <= age(%(since)s::text::xid))

-- name: number
-- Which start of which book this is; the oldest transaction still running, below which every row is decided; the next
-- one; and up to which the start of the last answer is this book's, if it is.
SELECT book_start(), pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint, book_holds_to(%(start)s)

-- name: strictness
-- How far the townships' own timings have come.
SELECT count(*), max(s.id) FROM strictness s JOIN event e ON e.id = s.event_id WHERE e.ended_at IS NULL

-- name: owed
-- What a seat still owes, as far ahead as a device looks: what is met, ended, or waived for good is gone.
o.seat_id = ANY (%(seats)s::bigint[]) AND o.met_at IS NULL AND o.opened_at <= %(horizon)s
    AND (o.waived_at IS NULL OR o.waived_until IS NOT NULL)

-- name: roster
-- What is on the roster of one's areas, one's own subjects, and whatever one's seats owe something.
SELECT s.id FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS r (low, high)
JOIN subject s ON s.area_id >= r.low AND s.area_id < r.high
WHERE s.until IS NULL OR s.until > %(now)s
UNION SELECT s.id FROM subject s WHERE s.id = ANY (%(own)s::bigint[]) AND (s.until IS NULL OR s.until > %(now)s)
UNION SELECT o.subject_id FROM obligation o WHERE {owed}

-- name: held
-- The numbers of all that the device should hold: of subjects, of obligations.
SELECT (SELECT array_agg(id ORDER BY id) FROM ({roster}) all_of),
       (SELECT array_agg(o.id ORDER BY o.id) FROM obligation o WHERE {owed})

-- name: obligations
-- What is owed and was written since, or has come into sight, or is newly asked to be waived.
SELECT o.id, d.key, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.warn_at, o.due_at, o.tell_at, o.until_at,
       o.opened_by, o.waived_at, o.waived_until,
       EXISTS (SELECT FROM waiver w WHERE w.about_id = o.id AND w.granted_at IS NULL AND w.refused_at IS NULL),
       d.plan_key
FROM obligation o JOIN duty d ON d.id = o.duty_id
WHERE {owed} AND ({young:o} OR o.opened_at > %(seen_to)s
                  OR EXISTS (SELECT FROM waiver w WHERE w.about_id = o.id AND {young:w}))
ORDER BY o.due_at, o.id

-- name: subjects
-- Those on the roster that were written since, or that something new is owed to.
SELECT s.id, s.kind, s.area_id, s.label, s.until, COALESCE(b.kind, p.kind, i.kind, ''), m.household_id, m.relation,
       extract(year FROM m.birth_date)::int, m.state, m.identity_sealed, h.number,
       COALESCE(h.address, b.address, p.address, i.address, ''), h.language
FROM subject s
LEFT JOIN household h ON h.subject_id = s.id
LEFT JOIN person m ON m.subject_id = s.id
LEFT JOIN post b ON b.subject_id = s.id
LEFT JOIN place p ON p.subject_id = s.id
LEFT JOIN institution i ON i.subject_id = s.id
WHERE s.id = ANY (%(subjects)s::bigint[])
  AND ({young:s} OR s.id = ANY (%(also)s::bigint[]) OR {young:h} OR {young:m} OR {young:b} OR {young:p} OR {young:i})
ORDER BY s.id

-- name: areas
-- The county's townships and villages, and all that lies under one's own areas.
SELECT a.id, a.level, a.name, a.parent_id
FROM area a
WHERE a.until IS NULL AND {young:a}
  AND ((a.level IN (3, 4, 5) AND EXISTS (
            SELECT FROM unnest(%(counties)s::bigint[]) AS c (low) WHERE a.id >= c.low AND a.id < c.low + 1000000000000))
       OR EXISTS (SELECT FROM unnest(%(lows)s::bigint[], %(highs)s::bigint[]) AS r (low, high)
                  WHERE a.id >= r.low AND a.id < r.high))
ORDER BY a.id

-- name: answers
-- The last answer to each duty that is owed, on any form that closes it, if it was given since or the duty is new here.
SELECT DISTINCT ON (asked.duty, asked.subject) asked.duty, asked.subject, last.form, last.id, last.happened_at, last.content
FROM (SELECT DISTINCT d.key AS duty, o.subject_id AS subject, d.plan_key, o.subject_id::text || d.key = ANY (%(new)s::text[]) AS new
      FROM obligation o JOIN duty d ON d.id = o.duty_id WHERE {owed}) asked
JOIN unnest(%(plans)s::text[], %(duties)s::text[], %(forms)s::text[]) AS closer (plan, duty, form)
  ON closer.plan = asked.plan_key AND closer.duty = asked.duty
CROSS JOIN LATERAL (
    SELECT r.id, r.form, r.happened_at, r.content, {young:r} AS young FROM record r
    WHERE r.subject_id = asked.subject AND r.form = closer.form AND NOT r.withdraws
      AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = r.id AND c.subject_id = r.subject_id AND c.form = r.form)
    ORDER BY r.happened_at DESC LIMIT 1) last
WHERE asked.new OR last.young
ORDER BY asked.duty, asked.subject, last.happened_at DESC, last.id

-- name: orders
-- The orders that opened something a seat still owes, by the record that told them.
SELECT a.record, s.number, s.text, s.done_when, s.due_at, s.role, s.sent_by_name, s.sent_at
FROM order_addressee a JOIN sent_order s ON s.id = a.order_id
WHERE a.record IN (SELECT o.opened_by FROM obligation o WHERE {owed})
ORDER BY s.sent_at, a.record

-- name: card
-- The flow card in use where the user has a seat, if it was published since.
SELECT c.version, c.steps, c.published_at FROM step_card c
WHERE {young:c} AND c.id = (SELECT id FROM step_card WHERE area_id = ANY (%(counties)s::bigint[]) AND published_at <= %(now)s
                            ORDER BY published_at DESC, id DESC LIMIT 1)

-- name: outcomes
-- What the user handed in that was not taken as it was: what waits, and what a person settled lately.
SELECT f.id, f.record_id, f.outcome, f.problem, f.words_zh, f.words_en, f.received_at, f.settled_at, f.settled_how
FROM refusal f
WHERE f.told_by_id = %(user)s AND {young:f} AND (f.settled_at IS NULL OR f.settled_at > %(lately)s)
ORDER BY f.id
