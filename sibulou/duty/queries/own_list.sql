-- name: owed
-- What is open on one's own seats up to the horizon, and now on the vacant seats that fall to one; in three parts.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at,
       CASE WHEN o.due_at <= %(now)s THEN 'missed' WHEN o.due_at < %(tomorrow)s THEN 'today' ELSE 'next' END AS part,
       o.seat_id = ANY (%(orphaned)s::bigint[]) AS orphan
FROM obligation o
WHERE o.seat_id = ANY (%(own)s::bigint[] || %(orphaned)s::bigint[]) AND o.met_at IS NULL
  AND (o.waived_at IS NULL OR o.waived_at > %(now)s OR COALESCE(o.waived_until <= %(now)s, false))
  AND o.opened_at <= CASE WHEN o.seat_id = ANY (%(own)s::bigint[]) THEN %(horizon)s ELSE %(now)s END

-- name: owed_first
-- The first of every duty in every part, and how many there are of it.
SELECT part, in_all, NULL::timestamptz, id, duty_id, subject_id, area_id, seat_id, opened_at, due_at, tell_at,
       part = 'missed', orphan
FROM (SELECT mine.*, row_number() OVER duty AS place, count(*) OVER (PARTITION BY part, duty_id) AS in_all
      FROM ({owed}) mine
      WINDOW duty AS (PARTITION BY part, duty_id ORDER BY due_at, id)) numbered
WHERE place <= %(first)s
ORDER BY due_at, id

-- name: owed_page
-- One page of one duty in one part, after a given place.
SELECT part, 0, NULL::timestamptz, id, duty_id, subject_id, area_id, seat_id, opened_at, due_at, tell_at,
       part = 'missed', orphan
FROM ({owed}) mine
WHERE part = %(part)s AND duty_id = %(duty)s
  AND (%(after_at)s::timestamptz IS NULL OR (due_at, id) > (%(after_at)s, %(after_id)s))
ORDER BY due_at, id
LIMIT %(limit)s

-- name: told
-- What seats were told beyond the owner and what is still open, once, by the latest telling.
SELECT o.id, o.duty_id, o.subject_id, o.area_id, o.seat_id, o.opened_at, o.due_at, o.tell_at, told.at AS told_at
FROM (SELECT c.obligation_id, max(c.told_at) AS at FROM climb c
      WHERE c.seat_id = ANY (%(seats)s::bigint[]) AND c.step > 0 AND c.told_at <= %(now)s
      GROUP BY c.obligation_id) told
JOIN obligation o ON o.id = told.obligation_id
WHERE o.met_at IS NULL
  AND (o.waived_at IS NULL OR o.waived_at > %(now)s OR COALESCE(o.waived_until <= %(now)s, false))

-- name: told_first
-- The latest of every duty, and how many there are of it.
SELECT 'told', in_all, told_at, id, duty_id, subject_id, area_id, seat_id, opened_at, due_at, tell_at,
       due_at <= %(now)s, false
FROM (SELECT heard.*, row_number() OVER duty AS place, count(*) OVER (PARTITION BY duty_id) AS in_all
      FROM ({told}) heard
      WINDOW duty AS (PARTITION BY duty_id ORDER BY told_at DESC, id DESC)) numbered
WHERE place <= %(first)s
ORDER BY told_at DESC, id DESC

-- name: told_page
-- One page of one duty, after a given place.
SELECT 'told', 0, told_at, id, duty_id, subject_id, area_id, seat_id, opened_at, due_at, tell_at,
       due_at <= %(now)s, false
FROM ({told}) heard
WHERE duty_id = %(duty)s AND (%(after_at)s::timestamptz IS NULL OR (told_at, id) < (%(after_at)s, %(after_id)s))
ORDER BY told_at DESC, id DESC
LIMIT %(limit)s
