-- name: timeline
-- What happened to one subject, newest first, after a given place; `what` says in which table the rest stands.
SELECT at, what, number FROM (
    SELECT r.happened_at AS at, 'record' AS what, r.id::text AS number FROM record r WHERE r.subject_id = %(subject)s
    UNION ALL
    SELECT o.due_at, 'missed', o.id::text FROM obligation o
    WHERE o.subject_id = %(subject)s AND o.due_at <= %(now)s AND (o.met_at IS NULL OR o.met_at > o.due_at)
      AND NOT COALESCE(o.waived_at <= o.due_at AND (o.waived_until IS NULL OR o.waived_until > o.due_at), false)
    UNION ALL
    SELECT w.starts_at, 'watch', w.id::text FROM watch w WHERE w.subject_id = %(subject)s
    UNION ALL
    SELECT w.ended_at, 'lifted', w.id::text FROM watch w WHERE w.subject_id = %(subject)s AND w.ended_at IS NOT NULL
    UNION ALL
    SELECT w.asked_at, 'asked', w.id::text FROM waiver w JOIN obligation o ON o.id = w.about_id
    WHERE o.subject_id = %(subject)s
    UNION ALL
    SELECT w.granted_at, 'granted', w.id::text FROM waiver w
    WHERE w.granted_at IS NOT NULL AND w.id IN (
        SELECT o.waiver_id FROM obligation o WHERE o.subject_id = %(subject)s AND o.waiver_id IS NOT NULL)
    UNION ALL
    SELECT w.refused_at, 'refused', w.id::text FROM waiver w JOIN obligation o ON o.id = w.about_id
    WHERE o.subject_id = %(subject)s AND w.refused_at IS NOT NULL
    UNION ALL
    SELECT w.withdrawn_at, 'withdrawn', w.id::text FROM waiver w JOIN obligation o ON o.id = w.about_id
    WHERE o.subject_id = %(subject)s AND w.withdrawn_at IS NOT NULL
    UNION ALL
    SELECT c.told_at, 'climb', c.id::text FROM climb c JOIN obligation o ON o.id = c.obligation_id
    WHERE o.subject_id = %(subject)s AND c.step > 0
) line
WHERE at <= %(now)s AND (%(before)s::timestamptz IS NULL OR (at, what, number) < (%(before)s, %(what)s, %(number)s))
ORDER BY at DESC, what DESC, number DESC
LIMIT %(limit)s
