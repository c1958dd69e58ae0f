-- What is not due yet follows a subject to its new area; what was due stays on the account of the old one.

-- name: not_due
-- Obligations of some subjects that are open, not ended and not due.
o.subject_id = ANY (%(subjects)s) AND o.met_at IS NULL AND o.due_at > %(now)s
    AND (o.waived_at IS NULL OR o.waived_until IS NOT NULL)

-- name: seats_along
-- The seat on a subject goes along within its village (or, where the map changed, anywhere): who sits there stays.
UPDATE seat SET area_id = s.area_id
FROM subject s
WHERE s.id = ANY (%(subjects)s) AND seat.subject_id = s.id AND seat.area_id <> s.area_id AND seat.closed_at IS NULL
  AND (%(along)s OR seat.area_id - seat.area_id %% %(village)s = s.area_id - s.area_id %% %(village)s)

-- name: seats_closed
-- The seat that stayed behind is closed: nothing new comes onto it.
UPDATE seat SET closed_at = %(now)s, closed_by = %(by)s
FROM subject s
WHERE s.id = ANY (%(subjects)s) AND seat.subject_id = s.id AND seat.area_id <> s.area_id AND seat.closed_at IS NULL
RETURNING seat.id

-- name: seats_there
-- The seats at the new area that what follows will belong to.
INSERT INTO seat (role, area_id, subject_id)
SELECT DISTINCT seat.role, s.area_id - s.area_id %% role.span, seat.subject_id
FROM obligation o
JOIN subject s ON s.id = o.subject_id
JOIN seat ON seat.id = o.seat_id
JOIN unnest(%(roles)s::text[], %(spans)s::bigint[]) AS role (key, span) ON role.key = seat.role
WHERE {not_due} AND o.area_id <> s.area_id
ON CONFLICT DO NOTHING

-- name: follow
-- Give them the new area, and the seat of the same role there; where they lay until now is kept.
WITH going AS (
    SELECT o.id, o.area_id AS left_area, o.seat_id AS left_seat, s.area_id, there.id AS seat_id
    FROM obligation o
    JOIN subject s ON s.id = o.subject_id
    JOIN seat ON seat.id = o.seat_id
    JOIN unnest(%(roles)s::text[], %(spans)s::bigint[]) AS role (key, span) ON role.key = seat.role
    JOIN seat there ON there.role = seat.role AND there.area_id = s.area_id - s.area_id %% role.span
                   AND there.subject_id IS NOT DISTINCT FROM seat.subject_id AND there.closed_at IS NULL
    WHERE {not_due} AND o.area_id <> s.area_id),
kept AS (
    INSERT INTO stay (obligation_id, until, area_id, seat_id)
    SELECT going.id, %(now)s, going.left_area, going.left_seat FROM going)
UPDATE obligation o SET area_id = going.area_id, seat_id = going.seat_id FROM going WHERE o.id = going.id
RETURNING o.id

-- name: called_for
-- What the move itself called for lay nowhere before it; what opens later is not asked of the time before.
INSERT INTO stay (obligation_id, until)
SELECT o.id, %(now)s FROM obligation o WHERE o.subject_id = ANY (%(subjects)s) AND o.id > %(after)s
  AND o.opened_at < %(now)s

-- name: last
-- The latest obligation there is.
SELECT COALESCE(max(id), 0) FROM obligation
