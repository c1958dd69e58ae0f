-- name: seats
-- Every subject of a scope has its owner's seat, whether somebody sits in it or not.
INSERT INTO seat (role, area_id, subject_id)
SELECT DISTINCT %(role)s, s.area_id - s.area_id %% %(span)s,
       CASE WHEN %(on_subject)s THEN s.subject_id END
FROM ({scope}) s
WHERE s.area_id <@ %(ranges)s::int8multirange
ON CONFLICT DO NOTHING

-- name: grid
-- Open the windows of a calendar cadence for everyone who is in the scope when the owner is warned.
WITH pane AS (
    SELECT * FROM unnest(%(opens)s::timestamptz[], %(warn)s::timestamptz[], %(due)s::timestamptz[],
                         %(tell)s::timestamptz[], %(until)s::timestamptz[], %(climb)s::timestamptz[])
        AS pane (opens, warn, due, tell, until, climb))
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at,
                        until_at, next_climb_at, climbed)
SELECT %(duty)s, s.subject_id, s.area_id, seat.id, %(stage)s, pane.opens, pane.warn, pane.due, pane.tell,
       pane.until, pane.climb, 0
FROM ({scope}) s
JOIN pane ON s.since <= pane.warn AND (s.until IS NULL OR s.until > pane.warn)
JOIN seat ON seat.role = %(role)s AND seat.area_id = s.area_id - s.area_id %% %(span)s
         AND seat.subject_id IS NOT DISTINCT FROM CASE WHEN %(on_subject)s THEN s.subject_id END
WHERE s.area_id <@ %(ranges)s::int8multirange
ON CONFLICT DO NOTHING
RETURNING id

-- name: since
-- Open the windows that count from the moment a subject entered the scope.
WITH entered AS (
    SELECT s.subject_id, s.area_id, GREATEST(s.since, %(start)s::timestamptz) AS since, s.until
    FROM ({scope}) s
    WHERE s.area_id <@ %(ranges)s::int8multirange),
pane AS (
    SELECT e.subject_id, e.area_id, e.until AS left_at, days.day,
           CASE WHEN days.day IS NULL THEN e.since
                ELSE (date_trunc('day', e.since AT TIME ZONE %(zone)s) + make_interval(days => days.day)
                      + %(at)s::interval) AT TIME ZONE %(zone)s END AS opens,
           CASE WHEN days.following IS NOT NULL
                THEN (date_trunc('day', e.since AT TIME ZONE %(zone)s) + make_interval(days => days.following)
                      + %(at)s::interval) AT TIME ZONE %(zone)s END AS until
    FROM entered e
    CROSS JOIN unnest(%(days)s::integer[], %(following)s::integer[]) AS days (day, following))
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at,
                        until_at, next_climb_at, climbed)
SELECT %(duty)s, p.subject_id, p.area_id, seat.id, %(stage)s, p.opens, p.opens + %(warn)s::interval,
       p.opens + %(due)s::interval, p.opens + %(tell)s::interval, p.until,
       quiet_shift(p.opens + %(warn)s::interval, %(zone)s, %(quiet_since)s::time, %(quiet_until)s::time), 0
FROM pane p
JOIN seat ON seat.role = %(role)s AND seat.area_id = p.area_id - p.area_id %% %(span)s
         AND seat.subject_id IS NOT DISTINCT FROM CASE WHEN %(on_subject)s THEN p.subject_id END
WHERE p.opens >= %(start)s AND p.opens < %(before)s AND (p.left_at IS NULL OR p.left_at > p.opens)
ON CONFLICT DO NOTHING
RETURNING id

-- name: triggered
-- Open what rules called for: one row per (duty, subject, moment, record).
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at,
                        until_at, opened_by, next_climb_at, climbed)
SELECT t.duty, t.subject, s.area_id, seat.id, t.stage, t.opens, t.warn, t.due, t.tell, t.until, t.opened_by, t.climb, 0
FROM unnest(%(duty)s::integer[], %(subject)s::bigint[], %(stage)s::bigint[], %(role)s::text[], %(span)s::bigint[],
            %(on_subject)s::boolean[], %(opens)s::timestamptz[], %(warn)s::timestamptz[], %(due)s::timestamptz[],
            %(tell)s::timestamptz[], %(until)s::timestamptz[], %(climb)s::timestamptz[], %(opened_by)s::uuid[])
    AS t (duty, subject, stage, role, span, on_subject, opens, warn, due, tell, until, climb, opened_by)
JOIN subject s ON s.id = t.subject
JOIN seat ON seat.role = t.role AND seat.area_id = s.area_id - s.area_id %% t.span
         AND seat.subject_id IS NOT DISTINCT FROM CASE WHEN t.on_subject THEN t.subject END
ON CONFLICT DO NOTHING
RETURNING id

-- name: triggered_seats
-- The seats that such obligations belong to.
INSERT INTO seat (role, area_id, subject_id)
SELECT DISTINCT t.role, s.area_id - s.area_id %% t.span, CASE WHEN t.on_subject THEN t.subject END
FROM unnest(%(subject)s::bigint[], %(role)s::text[], %(span)s::bigint[], %(on_subject)s::boolean[])
    AS t (subject, role, span, on_subject)
JOIN subject s ON s.id = t.subject
ON CONFLICT DO NOTHING

-- name: uncalled
-- Open obligations of a calendar duty that its scope no longer calls for and nobody ended by name: a broken roster.
SELECT o.id FROM obligation o
WHERE o.duty_id = %(duty)s AND o.met_at IS NULL AND o.waived_at IS NULL AND o.opened_by IS NULL
  AND o.area_id <@ %(ranges)s::int8multirange AND o.warn_at >= %(since)s
  AND NOT EXISTS (SELECT FROM ({scope}) s WHERE s.subject_id = o.subject_id
                  AND s.since <= o.warn_at AND (s.until IS NULL OR s.until > o.warn_at))
