-- Panes are windows with their subject: `grid_panes` of a calendar cadence, `since_panes` of one that counts from the
-- subject's own start. Opening and calling in question read the same panes.

-- name: of_subjects
-- A scope, for some of its subjects only.
SELECT * FROM ({scope}) one WHERE one.subject_id = ANY (%(subjects)s)

-- name: seats
-- Every subject of a scope has its owner's seat, whether somebody sits in it or not.
INSERT INTO seat (role, area_id, subject_id)
SELECT DISTINCT %(role)s, s.area_id - s.area_id %% %(span)s,
       CASE WHEN %(on_subject)s THEN s.subject_id END
FROM ({scope}) s
WHERE s.area_id <@ %(ranges)s::int8multirange
  AND NOT EXISTS (SELECT FROM seat WHERE seat.role = %(role)s AND seat.area_id = s.area_id - s.area_id %% %(span)s
                  AND (seat.subject_id IS NULL) = NOT %(on_subject)s AND (seat.subject_id IS NULL OR seat.subject_id = s.subject_id)
                  AND seat.closed_at IS NULL)
ON CONFLICT DO NOTHING

-- name: grid_panes
-- The windows of a calendar cadence, for everyone who is in the scope when the owner is warned.
SELECT s.subject_id, s.area_id, pane.opens, pane.warn, pane.due, pane.tell, pane.until, pane.climb
FROM ({scope}) s
JOIN unnest(%(opens)s::timestamptz[], %(warn)s::timestamptz[], %(due)s::timestamptz[],
            %(tell)s::timestamptz[], %(until)s::timestamptz[], %(climb)s::timestamptz[])
        AS pane (opens, warn, due, tell, until, climb)
  ON s.since <= pane.warn AND (s.until IS NULL OR s.until > pane.warn)
WHERE s.area_id <@ %(ranges)s::int8multirange

-- name: since_panes
-- The windows that count from the moment a subject entered the scope, for everyone who is in it at the warning.
SELECT e.subject_id, e.area_id, w.opens, w.warn, w.due, w.opens + GREATEST(%(tell)s::interval, w.due - w.opens) AS tell,
       w.until, quiet_shift(w.warn, %(zone)s, %(quiet_since)s::time, %(quiet_until)s::time) AS climb
FROM (SELECT s.subject_id, s.area_id, GREATEST(s.since, %(counts_from)s::timestamptz) AS since, s.until
      FROM ({scope}) s
      WHERE s.area_id <@ %(ranges)s::int8multirange) e
CROSS JOIN unnest(%(days)s::integer[], %(following)s::integer[]) AS days (day, following)
CROSS JOIN LATERAL (
    SELECT CASE WHEN days.day IS NULL THEN e.since
                ELSE (date_trunc('day', e.since AT TIME ZONE %(zone)s) + make_interval(days => days.day)
                      + %(at)s::interval) AT TIME ZONE %(zone)s END AS opens,
           CASE WHEN days.following IS NOT NULL
                THEN (date_trunc('day', e.since AT TIME ZONE %(zone)s) + make_interval(days => days.following)
                      + %(at)s::interval) AT TIME ZONE %(zone)s END AS until) d
CROSS JOIN LATERAL (
    SELECT d.opens, d.until, LEAST(d.opens + %(warn)s::interval, d.until) AS warn,
           LEAST(d.opens + %(due)s::interval, d.until) AS due) w
WHERE w.opens >= %(start)s AND w.opens < %(before)s AND (e.until IS NULL OR e.until > w.warn)

-- name: open
-- Open what the panes call for and what is not there yet; of a subject that was entered late, known from its entry on,
-- and what is opened after the fact, from the moment at which that was learned.
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at,
                        until_at, heard_at, next_climb_at, climbed)
SELECT %(duty)s, p.subject_id, p.area_id, seat.id, %(stage)s, p.opens, p.warn, p.due, p.tell, p.until,
       GREATEST(late.entered_at, CASE WHEN p.opens < %(heard)s THEN %(heard)s::timestamptz END), p.climb, 0
FROM ({panes}) p
LEFT JOIN subject late ON late.id = p.subject_id AND late.entered_at > p.opens
JOIN seat ON seat.role = %(role)s AND seat.area_id = p.area_id - p.area_id %% %(span)s
         AND (seat.subject_id IS NULL) = NOT %(on_subject)s AND (seat.subject_id IS NULL OR seat.subject_id = p.subject_id) AND seat.closed_at IS NULL
WHERE NOT EXISTS (SELECT FROM obligation o WHERE o.duty_id = %(duty)s AND o.subject_id = p.subject_id
                  AND o.opened_at = p.opens AND o.opened_by IS NULL)
ON CONFLICT DO NOTHING
RETURNING id

-- name: called
-- The obligations of a duty that its panes call for: the unmet, or all.
SELECT o.id FROM obligation o
JOIN ({panes}) p ON p.subject_id = o.subject_id AND p.opens = o.opened_at
WHERE o.duty_id = %(duty)s AND o.opened_by IS NULL AND (%(also_met)s OR o.met_at IS NULL)

-- name: opened
-- The obligations of a duty that the calendar opened, the unmet or all, and whether a watch that was lifted or corrected ended them.
SELECT o.id, o.area_id, o.waived_at IS NOT NULL AND o.waived_until IS NULL AS ended,
       COALESCE(w.kind = 'end' AND w.reason = 'watch_lifted', false) AS by_watch
FROM obligation o JOIN stage s ON s.id = o.stage_id LEFT JOIN waiver w ON w.id = o.waiver_id
WHERE o.duty_id = %(duty)s AND o.opened_by IS NULL AND (%(also_met)s OR o.met_at IS NULL) AND s.event_id = %(event)s
  AND o.opened_at < %(before)s AND (%(subjects)s::bigint[] IS NULL OR o.subject_id = ANY (%(subjects)s))
  AND (%(left_behind)s OR EXISTS (SELECT FROM subject here WHERE here.id = o.subject_id AND here.area_id = o.area_id))

-- name: triggered
-- Open what rules called for: one row per (duty, subject, moment, record).
INSERT INTO obligation (duty_id, subject_id, area_id, seat_id, stage_id, opened_at, warn_at, due_at, tell_at,
                        until_at, opened_by, heard_at, next_climb_at, climbed)
SELECT t.duty, t.subject, s.area_id, seat.id, t.stage, t.opens, t.warn, t.due, t.tell, t.until, t.opened_by, %(now)s,
       t.climb, 0
FROM unnest(%(duty)s::integer[], %(subject)s::bigint[], %(stage)s::bigint[], %(role)s::text[], %(span)s::bigint[],
            %(on_subject)s::boolean[], %(opens)s::timestamptz[], %(warn)s::timestamptz[], %(due)s::timestamptz[],
            %(tell)s::timestamptz[], %(until)s::timestamptz[], %(climb)s::timestamptz[], %(opened_by)s::uuid[])
    AS t (duty, subject, stage, role, span, on_subject, opens, warn, due, tell, until, climb, opened_by)
JOIN subject s ON s.id = t.subject
JOIN seat ON seat.role = t.role AND seat.area_id = s.area_id - s.area_id %% t.span
         AND (seat.subject_id IS NULL) = NOT t.on_subject AND (seat.subject_id IS NULL OR seat.subject_id = t.subject) AND seat.closed_at IS NULL
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
