-- name: posts
-- Every post on the roster, planned or open.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s WHERE s.kind = 'post'

-- name: open
-- Every post while it is open: from its opening on, without the time it was suspended.
SELECT post_id AS subject_id, area_id, lower(during) AS since, upper(during) AS until FROM post_open

-- name: gates
-- The county's gates, while they are open.
SELECT post_id AS subject_id, area_id, lower(during) AS since, upper(during) AS until FROM post_open WHERE kind = 'gate'

-- name: unled
-- Every open post in the time in which no temporary branch leads it (S4).
SELECT unled.post_id AS subject_id, unled.area_id, lower(unled.during) AS since, upper(unled.during) AS until
FROM (SELECT o.post_id, o.area_id,
             unnest(range_agg(o.during)
                    - COALESCE((SELECT range_agg(tstzrange(l.since, l.until)) FROM post_leading l WHERE l.post_id = o.post_id),
                               '{}')) AS during
      FROM post_open o GROUP BY o.post_id, o.area_id) unled

-- name: branches
-- Every temporary branch.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s WHERE s.kind = 'branch'
