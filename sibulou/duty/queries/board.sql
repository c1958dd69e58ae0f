-- Every statement reads `{source}` (the obligations, as known at a moment) and asks `{unmet}`; see `duty/board.py`.

-- name: as_known
-- Obligations as they were known at a past moment: what was replaced since stands as it did. Settled moments are those
-- known then; a waiver is the one that held at the earlier of the two moments, and so is the area of what has followed
-- its subject to another since.
(SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.warn_at, o.due_at, o.tell_at, o.until_at,
        CASE WHEN r.obligation_id IS NULL THEN o.met_at ELSE r.met_at END AS met_at,
        CASE WHEN r.obligation_id IS NULL THEN o.known_at ELSE r.known_at END AS known_at,
        CASE WHEN w.obligation_id IS NULL THEN o.waived_at ELSE w.waived_at END AS waived_at,
        CASE WHEN w.obligation_id IS NULL THEN o.waived_until ELSE w.waived_until END AS waived_until
 FROM {rows} o
 LEFT JOIN (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(known)s
            ORDER BY obligation_id, changed_at, id) r ON r.obligation_id = o.id
 LEFT JOIN (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(heard)s
            ORDER BY obligation_id, changed_at, id) w ON w.obligation_id = o.id
 WHERE (o.heard_at IS NULL OR o.heard_at <= %(known)s)
   AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > %(heard)s)
 UNION ALL {moved})

-- name: moved
-- What has followed its subject since, where it lay then.
SELECT m.id, m.duty_id, m.subject_id, m.area_id, m.seat_id, m.opened_at, m.warn_at, m.due_at, m.tell_at, m.until_at,
       m.met_at, m.known_at, m.waived_at, m.waived_until
FROM moved_since(%(heard)s, %(known)s) m

-- name: apart
-- All obligations, the open and the settled apart: each kind has an index by area, and a village's few are found by
-- them; in one, the whole table would be read.
(SELECT * FROM obligation WHERE met_at IS NULL UNION ALL SELECT * FROM obligation WHERE met_at IS NOT NULL)

-- name: vacant
-- The seats nobody answers for, and since when nobody does.
SELECT seat_id, since FROM vacant_seats(%(low)s, %(high)s, %(at)s, %(chain_known)s)

-- name: standing_counts
-- How many stand how: each part counted by itself, and so is what is expected.
count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at <= o.due_at) AS met,
       count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at > o.due_at) AS met_late,
       count(*) FILTER (WHERE {unmet} AND NOT ({owed})) AS waived,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.due_at <= %(at)s) AS overdue,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.due_at > %(at)s) AS pending,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.seat_id = ANY (%(vacant)s::bigint[])) AS unowned,
       count(*) AS expected

-- name: books
-- The books of an area, by child area and duty and as a whole (without a child): counted apart, row by row, of one
-- snapshot; the parts added up must be the whole.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, {standing_counts}
FROM {source} o
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
GROUP BY GROUPING SETS ((o.area_id - o.area_id %% %(span)s, o.duty_id), ())

-- name: live_books
-- The same as things stand: what is settled and what is open, each from the index that holds it. A place comes twice.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id,
       count(*) FILTER (WHERE o.met_at <= o.due_at) AS met, count(*) FILTER (WHERE o.met_at > o.due_at) AS met_late,
       0 AS waived, 0 AS overdue, 0 AS pending, 0 AS unowned, count(*) AS expected
FROM obligation o
WHERE o.met_at IS NOT NULL AND o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
GROUP BY GROUPING SETS ((o.area_id - o.area_id %% %(span)s, o.duty_id), ())
UNION ALL
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, 0, 0, count(*) FILTER (WHERE NOT ({owed})),
       count(*) FILTER (WHERE {owed} AND o.due_at <= %(at)s),
       count(*) FILTER (WHERE {owed} AND o.due_at > %(at)s),
       count(*) FILTER (WHERE {owed} AND o.seat_id = ANY (%(vacant)s::bigint[])), count(*)
FROM obligation o
WHERE o.met_at IS NULL AND o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
GROUP BY GROUPING SETS ((o.area_id - o.area_id %% %(span)s, o.duty_id), ())

-- name: wanted
-- Which gaps a filter lets through: of these duties, of an owner's role, overdue with these kinds or on a vacant seat.
(%(duties)s::integer[] IS NULL OR o.duty_id = ANY (%(duties)s))
  AND (%(role)s::text IS NULL OR EXISTS (SELECT FROM seat w WHERE w.id = o.seat_id AND w.role = %(role)s))
  AND (%(kind_duties)s::integer[] IS NULL OR (o.due_at <= %(at)s AND o.duty_id = ANY (%(kind_duties)s))
       OR (%(want_unowned)s AND o.seat_id = ANY (%(vacant)s::bigint[])))

-- name: late
-- The obligations that can be a gap at a moment not before their due one: never met, met or known late, or changed since.
-- Each has an index of its own that holds all that is asked; asked for in one condition, the whole table would be read.
(SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
        o.met_at, NULL::timestamptz AS known_at, o.waived_at, o.waived_until
 FROM obligation o
 WHERE o.met_at IS NULL AND (o.heard_at IS NULL OR o.heard_at <= %(known)s)
   AND NOT EXISTS (SELECT FROM revision r WHERE r.obligation_id = o.id AND r.changed_at > %(heard)s)
   AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > %(heard)s)
 UNION ALL
 SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
        o.met_at, o.known_at, o.waived_at, o.waived_until
 FROM obligation o
 WHERE (o.met_at > o.due_at OR o.known_at > o.due_at)
   AND (o.heard_at IS NULL OR o.heard_at <= %(known)s)
   AND NOT EXISTS (SELECT FROM revision r WHERE r.obligation_id = o.id AND r.changed_at > %(heard)s)
   AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > %(heard)s)
 UNION ALL
 SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
        CASE WHEN r.obligation_id IS NULL THEN o.met_at ELSE r.met_at END,
        CASE WHEN r.obligation_id IS NULL THEN o.known_at ELSE r.known_at END, w.waived_at, w.waived_until
 FROM (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(heard)s
       ORDER BY obligation_id, changed_at, id) w
 JOIN obligation o ON o.id = w.obligation_id
 LEFT JOIN (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(known)s
            ORDER BY obligation_id, changed_at, id) r ON r.obligation_id = o.id
 WHERE (o.heard_at IS NULL OR o.heard_at <= %(known)s)
   AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > %(heard)s)
 UNION ALL
 SELECT m.id, m.duty_id, m.subject_id, m.area_id, m.seat_id, m.opened_at, m.due_at, m.tell_at,
        m.met_at, m.known_at, m.waived_at, m.waived_until
 FROM moved_since(%(heard)s, %(known)s) m)

-- name: overdue_rows
-- What is overdue in a range of areas (what is due has been opened before).
o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(at)s AND {unmet} AND {owed} AND {wanted}

-- name: unowned_rows
-- What is not yet due there and nobody answers for.
o.seat_id = ANY (%(vacant)s::bigint[]) AND o.area_id >= %(low)s AND o.area_id < %(high)s AND {unmet}
  AND o.opened_at <= %(at)s AND {owed} AND o.due_at > %(at)s AND {wanted}

-- name: gap_rows
-- Every gap of a range of areas: what is overdue by its due moment, and what is not yet due but nobody answers for.
(SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at, true AS overdue,
        o.seat_id = ANY (%(vacant)s::bigint[]) AS unowned
 FROM {late} o WHERE {overdue_rows}
 UNION ALL
 SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at, false, true
 FROM {ahead} o WHERE {unowned_rows})

-- name: gap_counts
-- Gaps per child area, duty and ownership; the one query under every board. What is overdue and what is not yet due are
-- counted apart: rows of both kinds would have to be carried through one list first, which takes twice as long. What
-- is not yet due is a gap since the later of its opening and its seat's vacancy, which is the same for a whole seat.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, true AS overdue,
       o.seat_id = ANY (%(vacant)s::bigint[]) AS unowned, count(*) AS gaps, min(o.due_at) AS since
FROM {late} o
WHERE {overdue_rows}
GROUP BY 1, 2, 4
UNION ALL
SELECT u.child, u.duty_id, false, true, sum(u.gaps)::bigint, min(GREATEST(u.opened_at, v.since))
FROM (SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, o.seat_id, count(*) AS gaps,
             min(o.opened_at) AS opened_at
      FROM {ahead} o
      WHERE {unowned_rows}
      GROUP BY 1, 2, 3) u
JOIN unnest(%(vacant)s::bigint[], %(vacant_since)s::timestamptz[]) AS v (seat_id, since) ON v.seat_id = u.seat_id
GROUP BY 1, 2

-- name: gap_page
-- One page of gaps in the order of their due moments, after a given place.
SELECT g.id, g.duty_id, g.subject_id, g.area_id, g.seat_id, g.opened_at, g.due_at, g.tell_at, g.overdue, g.unowned
FROM {gap_rows} g
WHERE %(after_due)s::timestamptz IS NULL OR (g.due_at, g.id) > (%(after_due)s, %(after_id)s)
ORDER BY g.due_at, g.id
LIMIT %(limit)s

-- name: cells
-- The Net: gaps of households and of the people in them by household, other things by themselves. A reader who may
-- not see people gets their gaps by area, with no kind: hidden, and still counted.
-- The subject is looked up gap by gap: the planner would read the whole roster instead, at twice the price.
SELECT CASE WHEN s.kind = 'person'
            THEN COALESCE((SELECT p.household_id FROM person p WHERE p.subject_id = s.id), s.id)
            ELSE s.id END AS subject,
       g.area_id, COALESCE(s.kind, '') AS kind, g.duty_id, g.overdue, g.unowned, count(*) AS gaps
FROM {gap_rows} g
LEFT JOIN LATERAL (SELECT s.id, s.kind FROM subject s WHERE s.id = g.subject_id LIMIT 1) s ON true
GROUP BY 1, 2, 3, 4, 5, 6

-- name: cell_gaps
-- The gaps of one household and of the people in it, or of one other subject; the worst-aged first.
SELECT g.id, g.duty_id, g.subject_id, g.area_id, g.seat_id, g.opened_at, g.due_at, g.tell_at, g.overdue, g.unowned
FROM {gap_rows} g
WHERE g.subject_id = ANY (%(subjects)s)
ORDER BY g.due_at, g.id

-- name: climbed
-- The latest tellings beyond the owner, and whether each obligation still stands open.
SELECT c.obligation_id, c.step, c.told_at, c.seat_id, c.told, o.duty_id, o.subject_id, o.area_id,
       ({unmet}) AND {owed} AS stands_open
FROM climb c JOIN {source} o ON o.id = c.obligation_id
WHERE c.step > 0 AND c.area_id >= %(low)s AND c.area_id < %(high)s
  AND c.told_at <= %(at)s AND c.told_at > %(at)s - interval '3 days'
ORDER BY c.told_at DESC, c.id DESC
LIMIT %(limit)s

-- name: seat_list
-- What some seats owe: what is missed first, then by due moment, up to a horizon.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       o.due_at <= %(at)s AS overdue, false AS unowned
FROM obligation o
WHERE o.seat_id = ANY (%(seats)s) AND o.met_at IS NULL AND {owed} AND o.opened_at <= %(horizon)s
ORDER BY o.due_at, o.id
LIMIT %(limit)s

-- name: trend
-- Gaps by due moment at each of some past moments, as it was known at each: one pass over what was ever late, and for
-- what was changed or has moved since, the values that stood then.
WITH t AS (SELECT unnest(%(moments)s::timestamptz[]) AS at),
changed AS (
    SELECT DISTINCT r.obligation_id AS id FROM revision r WHERE r.changed_at > (SELECT min(at) FROM t)),
ever AS (
    SELECT t.at, o.due_at, o.heard_at, o.met_at, NULL::timestamptz AS known_at, o.waived_at, o.waived_until
    FROM obligation o JOIN t ON o.due_at <= t.at
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(last)s AND o.met_at IS NULL
      AND NOT EXISTS (SELECT FROM changed WHERE changed.id = o.id)
      AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > t.at)
    UNION ALL
    SELECT t.at, o.due_at, o.heard_at, o.met_at, o.known_at, o.waived_at, o.waived_until
    FROM obligation o JOIN t ON o.due_at <= t.at
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(last)s
      AND (o.met_at > o.due_at OR o.known_at > o.due_at)
      AND NOT EXISTS (SELECT FROM changed WHERE changed.id = o.id)
      AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > t.at)
    UNION ALL
    SELECT t.at, o.due_at, o.heard_at,
           CASE WHEN r.id IS NULL THEN o.met_at ELSE r.met_at END,
           CASE WHEN r.id IS NULL THEN o.known_at ELSE r.known_at END,
           CASE WHEN r.id IS NULL THEN o.waived_at ELSE r.waived_at END,
           CASE WHEN r.id IS NULL THEN o.waived_until ELSE r.waived_until END
    FROM changed JOIN obligation o ON o.id = changed.id JOIN t ON o.due_at <= t.at
    LEFT JOIN LATERAL (SELECT r.* FROM revision r WHERE r.obligation_id = o.id AND r.changed_at > t.at
                       ORDER BY r.changed_at, r.id LIMIT 1) r ON true
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s
      AND NOT EXISTS (SELECT FROM stay WHERE stay.obligation_id = o.id AND stay.until > t.at)
    UNION ALL
    SELECT t.at, m.due_at, NULL, m.met_at, m.known_at, m.waived_at, m.waived_until
    FROM t CROSS JOIN LATERAL moved_since(t.at, t.at) m
    WHERE m.area_id >= %(low)s AND m.area_id < %(high)s AND m.due_at <= t.at)
SELECT t.at, count(e.due_at) FILTER (
    WHERE (e.heard_at IS NULL OR e.heard_at <= t.at)
      AND (e.met_at IS NULL OR e.met_at > t.at OR e.known_at > t.at)
      AND (e.waived_at IS NULL OR e.waived_at > t.at OR e.waived_until <= t.at)) AS gaps
FROM t LEFT JOIN ever e ON e.at = t.at
GROUP BY t.at ORDER BY t.at
