-- Every statement reads `{source}` (the obligations, as known at a moment) and asks `{unmet}`; see `duty/board.py`.

-- name: as_known
-- Obligations as they were known at a past moment: what was replaced since stands as it did.
(SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.warn_at, o.due_at, o.tell_at, o.until_at,
        CASE WHEN r.obligation_id IS NULL THEN o.met_at ELSE r.met_at END AS met_at,
        CASE WHEN r.obligation_id IS NULL THEN o.known_at ELSE r.known_at END AS known_at,
        CASE WHEN r.obligation_id IS NULL THEN o.waived_at ELSE r.waived_at END AS waived_at,
        CASE WHEN r.obligation_id IS NULL THEN o.waived_until ELSE r.waived_until END AS waived_until
 FROM obligation o
 LEFT JOIN (SELECT DISTINCT ON (obligation_id) * FROM revision WHERE changed_at > %(known)s
            ORDER BY obligation_id, changed_at, id) r ON r.obligation_id = o.id)

-- name: vacant
-- The seats nobody answers for.
SELECT s.id FROM seat s
WHERE s.area_id >= %(low)s AND s.area_id < %(high)s
  AND NOT EXISTS (SELECT FROM answering(%(low)s, %(high)s, %(at)s) a WHERE a.seat_id = s.id)

-- name: books
-- The books of every child area and duty, of every duty and of the whole: each part counted by itself.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id,
       count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at <= o.due_at) AS met,
       count(*) FILTER (WHERE NOT ({unmet}) AND o.met_at > o.due_at) AS met_late,
       count(*) FILTER (WHERE {unmet} AND ({waived})) AS waived,
       count(*) FILTER (WHERE {unmet} AND NOT ({waived}) AND o.due_at <= %(at)s) AS overdue,
       count(*) FILTER (WHERE {unmet} AND NOT ({waived}) AND o.due_at > %(at)s) AS pending,
       count(*) FILTER (WHERE {unmet} AND NOT ({waived}) AND o.seat_id = ANY (%(vacant)s)) AS unowned,
       count(*) AS expected
FROM {source} o
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.opened_at <= %(at)s
GROUP BY GROUPING SETS ((1, 2), (2), ())

-- name: gap_counts
-- Gaps per child area, duty and ownership; the one query under every board.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, o.due_at <= %(at)s AS overdue,
       o.seat_id = ANY (%(vacant)s) AS unowned, count(*) AS gaps, min(o.due_at) AS since
FROM {source} o
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND {unmet} AND o.opened_at <= %(at)s AND NOT ({waived})
  AND o.due_at <= %(at)s
GROUP BY 1, 2, 3, 4

-- name: unowned_pending
-- Not due yet, and on a seat nobody answers for: a gap from its first minute.
SELECT o.area_id - o.area_id %% %(span)s AS child, o.duty_id, false AS overdue, true AS unowned, count(*) AS gaps,
       min(o.opened_at) AS since
FROM {source} o
WHERE o.seat_id = ANY (%(vacant)s) AND o.area_id >= %(low)s AND o.area_id < %(high)s AND {unmet}
  AND o.opened_at <= %(at)s AND NOT ({waived}) AND o.due_at > %(at)s
GROUP BY 1, 2

-- name: gap_page
-- One page of gaps in the order of their due moments, after a given place.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       o.due_at <= %(at)s AS overdue, o.seat_id = ANY (%(vacant)s) AS unowned
FROM {source} o
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND {unmet} AND o.opened_at <= %(at)s AND NOT ({waived})
  AND (o.due_at <= %(at)s OR o.seat_id = ANY (%(vacant)s))
  AND (%(duties)s::integer[] IS NULL OR o.duty_id = ANY (%(duties)s))
  AND (NOT %(only_unowned)s OR o.seat_id = ANY (%(vacant)s))
  AND (NOT %(only_overdue)s OR o.due_at <= %(at)s)
  AND (%(after_due)s::timestamptz IS NULL OR (o.due_at, o.id) > (%(after_due)s, %(after_id)s))
ORDER BY o.due_at, o.id
LIMIT %(limit)s

-- name: cells
-- The Net: gaps of households and of the people in them, by household; everything else by its area.
SELECT COALESCE(p.household_id, CASE WHEN s.kind = 'household' THEN s.id END) AS household, o.area_id, s.kind, o.duty_id,
       o.due_at <= %(at)s AS overdue, o.seat_id = ANY (%(vacant)s) AS unowned, count(*) AS gaps
FROM {source} o
JOIN subject s ON s.id = o.subject_id
LEFT JOIN person p ON p.subject_id = o.subject_id AND s.kind = 'person'
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND {unmet} AND o.opened_at <= %(at)s AND NOT ({waived})
  AND (o.due_at <= %(at)s OR o.seat_id = ANY (%(vacant)s))
  AND (%(duties)s::integer[] IS NULL OR o.duty_id = ANY (%(duties)s))
GROUP BY 1, 2, 3, 4, 5, 6

-- name: seat_list
-- What some seats owe: what is missed first, then by due moment, up to a horizon.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       o.due_at <= %(at)s AS overdue, false AS unowned
FROM obligation o
WHERE o.seat_id = ANY (%(seats)s) AND o.met_at IS NULL AND NOT ({waived}) AND o.opened_at <= %(horizon)s
ORDER BY o.due_at, o.id
LIMIT %(limit)s

-- name: trend
-- Gaps at the end of each of some past moments, by what is known now.
SELECT t.at, count(o.id) AS gaps
FROM unnest(%(moments)s::timestamptz[]) AS t (at)
LEFT JOIN obligation o ON o.area_id >= %(low)s AND o.area_id < %(high)s AND o.due_at <= t.at
  AND (o.met_at IS NULL OR o.met_at > t.at OR o.known_at > t.at)
  AND (o.waived_at IS NULL OR o.waived_at > t.at OR o.waived_until <= t.at)
GROUP BY t.at ORDER BY t.at
