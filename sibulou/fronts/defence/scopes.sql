-- name: posts
-- Every post on the roster, planned or open.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s WHERE s.kind = 'post'

-- name: open
-- Every post from its opening on.
SELECT s.id AS subject_id, s.area_id, p.opened_at AS since, s.until
FROM post p JOIN subject s ON s.id = p.subject_id
WHERE p.opened_at IS NOT NULL

-- name: gates
-- The county's gates, from their opening on.
SELECT s.id AS subject_id, s.area_id, p.opened_at AS since, s.until
FROM post p JOIN subject s ON s.id = p.subject_id
WHERE p.opened_at IS NOT NULL AND p.kind = 'gate'
