-- name: climb
-- Tell one step of the ladders: every obligation whose moment to tell has come and that nobody had answered by then.
-- Under a waiver that lapses, the moment is its end: what is owed again is told again.
WITH step AS (
    SELECT * FROM unnest(%(duty)s::integer[], %(stage)s::bigint[], %(role)s::text[], %(span)s::bigint[],
                         %(following)s::interval[], %(rings)s::boolean[])
        AS step (duty, stage, role, span, following, rings)),
waiting AS (
    SELECT o.id, o.area_id, o.seat_id, o.duty_id, o.tell_at,
           CASE WHEN NOT COALESCE(o.waived_at <= o.next_climb_at
                                  AND (o.waived_until IS NULL OR o.waived_until > o.next_climb_at), false)
                THEN o.next_climb_at
                WHEN step.rings THEN o.waived_until
                ELSE quiet_shift(o.waived_until, %(zone)s, %(quiet_since)s::time, %(quiet_until)s::time) END AS at
    FROM obligation o JOIN step ON step.duty = o.duty_id AND (step.stage IS NULL OR step.stage = o.stage_id)
    WHERE {open} AND o.next_climb_at IS NOT NULL AND o.next_climb_at <= %(now)s AND o.climbed = %(step)s),
ripe AS (
    SELECT o.id, o.area_id, o.at,
           CASE WHEN step.role = '' THEN o.seat_id ELSE seat.id END AS seat_id,
           CASE WHEN step.following IS NULL THEN NULL
                WHEN step.rings THEN o.tell_at + step.following
                ELSE quiet_shift(o.tell_at + step.following, %(zone)s, %(quiet_since)s::time, %(quiet_until)s::time)
           END AS following
    FROM waiting o
    JOIN step ON step.duty = o.duty_id
    LEFT JOIN seat ON step.role <> '' AND seat.role = step.role AND seat.subject_id IS NULL
        AND seat.area_id = o.area_id - o.area_id %% step.span
    WHERE o.at <= %(now)s),
told AS (
    INSERT INTO climb (obligation_id, area_id, step, at, told_at, seat_id, told)
    SELECT ripe.id, ripe.area_id, %(step)s, ripe.at, {told_at}, ripe.seat_id, COALESCE(u.name, '')
    FROM ripe
    LEFT JOIN answering(0, 1000000000000000000, %(now)s) who ON who.seat_id = ripe.seat_id
    LEFT JOIN account u ON u.id = who.user_id
    ON CONFLICT DO NOTHING)
UPDATE obligation o SET climbed = %(step)s + 1, next_climb_at = ripe.following
FROM ripe WHERE o.id = ripe.id

-- name: missing_seats
-- The seats that a step tells and nobody has made: what is owed at a wider area than the role sits at.
INSERT INTO seat (role, area_id)
SELECT DISTINCT step.role, o.area_id - o.area_id %% step.span
FROM obligation o
JOIN unnest(%(duty)s::integer[], %(stage)s::bigint[], %(role)s::text[], %(span)s::bigint[])
    AS step (duty, stage, role, span)
  ON step.duty = o.duty_id AND (step.stage IS NULL OR step.stage = o.stage_id)
WHERE {open} AND o.next_climb_at IS NOT NULL AND o.next_climb_at <= %(now)s AND o.climbed = %(step)s AND step.role <> ''
ON CONFLICT DO NOTHING

-- name: seats
-- The seats that the ladders tell, for every area that owes something.
INSERT INTO seat (role, area_id)
SELECT DISTINCT %(role)s, a.id FROM area a WHERE a.level = %(level)s AND a.id <@ %(ranges)s::int8multirange
ON CONFLICT DO NOTHING
