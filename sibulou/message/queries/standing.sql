-- name: of_users
-- What stands open for each of some users and was told to them by now, by duty.
SELECT who.user_id, o.duty_id, count(*) FILTER (WHERE o.due_at > %(now)s), count(*) FILTER (WHERE o.due_at <= %(now)s),
       min(o.due_at) FILTER (WHERE o.due_at > %(now)s), min(o.area_id), max(o.area_id)
FROM answering(0, 1000000000000000000, %(now)s) who
JOIN obligation o ON o.seat_id = who.seat_id AND o.met_at IS NULL AND o.warn_at <= %(now)s
WHERE who.user_id = ANY (%(users)s) AND {open}
GROUP BY who.user_id, o.duty_id

-- name: of_area
-- What stands open in an area and its owner was warned of by now, by duty.
SELECT 0, o.duty_id, count(*) FILTER (WHERE o.due_at > %(now)s), count(*) FILTER (WHERE o.due_at <= %(now)s),
       min(o.due_at) FILTER (WHERE o.due_at > %(now)s), min(o.area_id), max(o.area_id)
FROM obligation o
WHERE o.area_id >= %(low)s AND o.area_id < %(high)s AND o.met_at IS NULL AND o.warn_at <= %(now)s AND {open}
GROUP BY o.duty_id

-- name: told_users
-- How many that belong to others were told to each of some users since a moment, and are open still.
SELECT who.user_id, count(DISTINCT o.id)
FROM answering(0, 1000000000000000000, %(now)s) who
JOIN climb c ON c.seat_id = who.seat_id AND c.step > 0 AND c.told_at > %(since)s
JOIN obligation o ON o.id = c.obligation_id AND o.seat_id <> c.seat_id
WHERE who.user_id = ANY (%(users)s) AND {open}
GROUP BY who.user_id

-- name: waiting_users
-- Who waits to hear by a channel: what he was told of since it last reached him, and has not looked at.
SELECT m.user_id, max(m.id), count(*), bool_or(m.rings AND m.kind <> 'warn')
FROM message m LEFT JOIN message_recipient r ON r.channel_id = %(channel)s AND r.user_id = m.user_id
WHERE m.seen_at IS NULL AND m.id > GREATEST(%(after)s, COALESCE(r.upto, 0)) AND m.area_id >= %(low)s AND m.area_id < %(high)s
GROUP BY m.user_id
ORDER BY min(m.id)

-- name: waiting_group
-- The same for the group of a channel: whatever was told of its area since.
SELECT NULL, max(m.id), count(*), bool_or(m.rings AND m.kind <> 'warn')
FROM message m LEFT JOIN message_recipient r ON r.channel_id = %(channel)s AND r.user_id IS NULL
WHERE m.id > GREATEST(%(after)s, COALESCE(r.upto, 0)) AND m.area_id >= %(low)s AND m.area_id < %(high)s
HAVING count(*) > 0
