-- name: told
-- What the ladders told since a moment and is still open: a message for each answering user, duty and telling.
INSERT INTO message (user_id, kind, duty_id, area_id, areas, many, due_at, rings, told_at)
SELECT who.user_id, said.kind, o.duty_id, {area}, count(DISTINCT o.area_id), count(*), min(o.due_at),
       o.duty_id = ANY (%(rings)s::integer[]), c.told_at
FROM climb c
JOIN obligation o ON o.id = c.obligation_id
JOIN answering(0, 1000000000000000000, %(now)s) who ON who.seat_id = c.seat_id
CROSS JOIN LATERAL (SELECT CASE WHEN c.seat_id <> o.seat_id THEN 'climb'
                                WHEN o.due_at <= c.told_at THEN 'gap' ELSE 'warn' END AS kind) said
WHERE c.told_at > %(since)s AND c.told_at <= %(now)s AND {open}
GROUP BY who.user_id, said.kind, o.duty_id, c.told_at
ON CONFLICT DO NOTHING

-- name: due
-- What came due since a moment, unanswered, and its owner had been warned of: now it is a gap of his.
-- Looked up area by area, since the index of what is open begins with the area.
INSERT INTO message (user_id, kind, duty_id, area_id, areas, many, due_at, rings, told_at)
SELECT who.user_id, 'gap', o.duty_id, {area}, count(DISTINCT o.area_id), count(*), o.due_at,
       o.duty_id = ANY (%(rings)s::integer[]), o.due_at
FROM area a
CROSS JOIN LATERAL (
    SELECT * FROM obligation one
    WHERE one.area_id = a.id AND one.met_at IS NULL AND one.due_at > %(since)s AND one.due_at <= %(now)s) o
JOIN answering(0, 1000000000000000000, %(now)s) who ON who.seat_id = o.seat_id
WHERE {open} AND EXISTS (SELECT FROM climb c WHERE c.obligation_id = o.id AND c.step = 0 AND c.told_at < o.due_at)
GROUP BY who.user_id, o.duty_id, o.due_at
ON CONFLICT DO NOTHING

-- name: open
o.met_at IS NULL AND NOT COALESCE(o.waived_at <= %(now)s AND (o.waived_until IS NULL OR o.waived_until > %(now)s), false)

-- name: area
-- The smallest area that holds them all, never below the village: a message says no address.
CASE WHEN min(o.area_id) / %(village)s = max(o.area_id) / %(village)s THEN min(o.area_id) - min(o.area_id) %% %(village)s
     WHEN min(o.area_id) / %(township)s = max(o.area_id) / %(township)s
         THEN min(o.area_id) - min(o.area_id) %% %(township)s
     WHEN min(o.area_id) / %(county)s = max(o.area_id) / %(county)s THEN min(o.area_id) - min(o.area_id) %% %(county)s
     ELSE min(o.area_id) - min(o.area_id) %% %(prefecture)s END
