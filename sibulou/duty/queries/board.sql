-- Every statement reads `{source}` (the obligations, as known at a moment) and asks `{unmet}`; see `duty/board.py`.

-- name: unchanged
-- What stands as it stood at a past moment: heard of by then, and neither changed nor moved since. Each of the two is
-- few, and looked up in a table made once; joined, the planner's guess how few would decide.
(o.heard_at IS NULL OR o.heard_at <= %(known)s)
  AND o.id NOT IN (SELECT r.obligation_id FROM revision r WHERE r.changed_at > %(heard)s)
  AND o.id NOT IN (SELECT s.obligation_id FROM stay s WHERE s.until > %(heard)s)

-- name: changed
-- What was changed since a past moment, as it stood then. Settled moments are those known then; a waiver is the one
-- that held at the earlier of the two moments.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       CASE WHEN r.obligation_id IS NULL THEN o.met_at ELSE r.met_at END AS met_at,
       CASE WHEN r.obligation_id IS NULL THEN o.known_at ELSE r.known_at END AS known_at, w.waived_at, w.waived_until
FROM (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(heard)s
      ORDER BY obligation_id, changed_at, id) w
JOIN obligation o ON o.id = w.obligation_id
LEFT JOIN (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(known)s
           ORDER BY obligation_id, changed_at, id) r ON r.obligation_id = o.id
WHERE (o.heard_at IS NULL OR o.heard_at <= %(known)s)
  AND o.id NOT IN (SELECT s.obligation_id FROM stay s WHERE s.until > %(heard)s)

-- name: moved
-- What has followed its subject to another area since, where it lay then.
SELECT m.id, m.duty_id, m.subject_id, m.area_id, m.seat_id, m.opened_at, m.due_at, m.tell_at, m.met_at, m.known_at,
       m.waived_at, m.waived_until
FROM moved_since(%(heard)s, %(known)s) m

-- name: open_then
-- What is open and stands as it stood.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       NULL::timestamptz AS met_at, NULL::timestamptz AS known_at, o.waived_at, o.waived_until
FROM obligation o WHERE o.met_at IS NULL AND {unchanged}

-- name: as_known
-- Obligations as they were known at a past moment: what was replaced since stands as it did, and what has moved lies
-- where it lay. The open and the settled are read apart: each kind has an index by area that holds all that is asked.
({open_then}
 UNION ALL
 SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at, o.met_at, o.known_at,
        o.waived_at, o.waived_until
 FROM obligation o WHERE o.met_at IS NOT NULL AND {unchanged}
 UNION ALL {changed}
 UNION ALL {moved})

-- name: vacant
-- The seats nobody answers for, and since when nobody does.
SELECT seat_id, since FROM vacant_seats(%(low)s, %(high)s, %(at)s, %(chain_known)s)

-- name: standing_counts
-- How many stand how: each part counted by itself, row by row, and so is what is expected.
count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at <= o.due_at) AS met,
       count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at > o.due_at) AS met_late,
       count(*) FILTER (WHERE {unmet} AND NOT ({owed})) AS waived,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.due_at <= %(at)s) AS overdue,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.due_at > %(at)s) AS pending,
       count(*) FILTER (WHERE {unmet} AND {owed} AND o.seat_id = ANY (%(vacant)s::bigint[])) AS unowned,
       count(*) AS expected

-- name: by_child
-- What was counted by area and duty, added up by child area and duty and as a whole (without a child).
SELECT b.area_id - b.area_id %% %(span)s AS child, b.duty_id, COALESCE(sum(b.met), 0)::bigint,
       COALESCE(sum(b.met_late), 0)::bigint, COALESCE(sum(b.waived), 0)::bigint, COALESCE(sum(b.overdue), 0)::bigint,
       COALESCE(sum(b.pending), 0)::bigint, COALESCE(sum(b.unowned), 0)::bigint, COALESCE(sum(b.expected), 0)::bigint

-- name: books
-- The books of an area, by child area and duty and as a whole: of one snapshot, added up apart; the parts added up must
-- be the whole. Counted by area first, which the index is in the order of; by child at once takes half as long again.
{by_child}
FROM (SELECT o.area_id, o.duty_id, {standing_counts}
      FROM {source} o
      WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
      GROUP BY o.area_id, o.duty_id) b
GROUP BY GROUPING SETS ((b.area_id - b.area_id %% %(span)s, b.duty_id), ())

-- name: live_books
-- The same as things stand: what is settled and what is open, each from the index that holds it.
{by_child}
FROM (SELECT o.area_id, o.duty_id,
             count(*) FILTER (WHERE o.met_at <= o.due_at) AS met, count(*) FILTER (WHERE o.met_at > o.due_at) AS met_late,
             0 AS waived, 0 AS overdue, 0 AS pending, 0 AS unowned, count(*) AS expected
      FROM obligation o
      WHERE o.met_at IS NOT NULL AND o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
      GROUP BY o.area_id, o.duty_id
      UNION ALL
      SELECT o.area_id, o.duty_id, 0, 0, count(*) FILTER (WHERE NOT ({owed})),
             count(*) FILTER (WHERE {owed} AND o.due_at <= %(at)s),
             count(*) FILTER (WHERE {owed} AND o.due_at > %(at)s),
             count(*) FILTER (WHERE {owed} AND o.seat_id = ANY (%(vacant)s::bigint[])), count(*)
      FROM obligation o
      WHERE o.met_at IS NULL AND o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
      GROUP BY o.area_id, o.duty_id) b
GROUP BY GROUPING SETS ((b.area_id - b.area_id %% %(span)s, b.duty_id), ())

-- name: wanted
-- Which gaps a filter lets through: of these duties, of an owner's role, overdue with these kinds or on a vacant seat.
(%(duties)s::integer[] IS NULL OR o.duty_id = ANY (%(duties)s))
  AND (%(role)s::text IS NULL OR EXISTS (SELECT FROM seat w WHERE w.id = o.seat_id AND w.role = %(role)s))
  AND (%(kind_duties)s::integer[] IS NULL OR (o.due_at <= %(at)s AND o.duty_id = ANY (%(kind_duties)s))
       OR (%(want_unowned)s AND o.seat_id = ANY (%(vacant)s::bigint[])))

-- name: late
-- The obligations that can be a gap at a moment not before their due one: never met, met or known late, or changed or
-- moved since. Asked for in one condition, the whole table would be read.
({open_then}
 UNION ALL
 SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at, o.met_at, o.known_at,
        o.waived_at, o.waived_until
 FROM obligation o WHERE (o.met_at > o.due_at OR o.known_at > o.due_at) AND {unchanged}
 UNION ALL {changed}
 UNION ALL {moved})

-- name: overdue_rows
-- What is overdue in a range of areas (what is due has been opened before).
o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(at)s AND {unmet} AND {owed} AND {wanted}

-- name: unowned_rows
-- What is not yet due there and nobody answers for, if it is asked for.
%(ahead)s AND o.due_at > %(at)s AND o.seat_id = ANY (%(vacant)s::bigint[]) AND o.area_id >= %(low)s
  AND o.area_id < %(high)s AND {unmet} AND o.opened_at <= %(at)s AND {owed} AND {wanted}

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
went AS (SELECT s.obligation_id AS id, max(s.until) AS until FROM stay s WHERE s.until > (SELECT min(at) FROM t) GROUP BY 1),
ever AS (
    SELECT t.at, o.due_at, o.heard_at, NULL::timestamptz AS met_at, NULL::timestamptz AS known_at, o.waived_at, o.waived_until
    FROM obligation o JOIN t ON o.due_at <= t.at
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(last)s AND o.met_at IS NULL
      AND o.id NOT IN (SELECT id FROM changed) AND o.id NOT IN (SELECT id FROM went)
    UNION ALL
    SELECT t.at, o.due_at, o.heard_at, o.met_at, o.known_at, o.waived_at, o.waived_until
    FROM obligation o JOIN t ON o.due_at <= t.at
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= %(last)s
      AND (o.met_at > o.due_at OR o.known_at > o.due_at)
      AND o.id NOT IN (SELECT id FROM changed) AND o.id NOT IN (SELECT id FROM went)
    UNION ALL
    SELECT t.at, o.due_at, o.heard_at,
           CASE WHEN r.id IS NULL THEN o.met_at ELSE r.met_at END,
           CASE WHEN r.id IS NULL THEN o.known_at ELSE r.known_at END,
           CASE WHEN r.id IS NULL THEN o.waived_at ELSE r.waived_at END,
           CASE WHEN r.id IS NULL THEN o.waived_until ELSE r.waived_until END
    FROM (SELECT id FROM changed UNION SELECT id FROM went) later
    JOIN obligation o ON o.id = later.id JOIN t ON o.due_at <= t.at
    LEFT JOIN LATERAL (SELECT r.* FROM revision r WHERE r.obligation_id = o.id AND r.changed_at > t.at
                       ORDER BY r.changed_at, r.id LIMIT 1) r ON true
    WHERE o.area_id >= %(low)s AND o.area_id < %(high)s
      AND o.id NOT IN (SELECT went.id FROM went WHERE went.until > t.at)
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
