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

-- name: shifts
-- Every published shift, from an hour before it begins: the owner has had the time between the warning and the start.
SELECT s.id AS subject_id, s.area_id, sh.begins - interval '1 hour' AS since, s.until
FROM shift sh JOIN subject s ON s.id = sh.subject_id

-- name: shifts_ending
-- Every published shift, from half an hour before it ends.
SELECT s.id AS subject_id, s.area_id, sh.ends - interval '30 minutes' AS since, s.until
FROM shift sh JOIN subject s ON s.id = sh.subject_id

-- name: unrostered
-- Every open post in the time for which no roster of it is published: there the calendar asks what shifts would owe.
SELECT free.post_id AS subject_id, free.area_id, lower(free.during) AS since, upper(free.during) AS until
FROM (SELECT o.post_id, o.area_id,
             unnest(range_agg(o.during)
                    - COALESCE((SELECT range_agg(tstzrange(GREATEST(r.begins, r.published_at), r.ends))
                                FROM shift sh JOIN rota r ON r.id = sh.rota_id JOIN subject s ON s.id = sh.subject_id
                                WHERE sh.post_id = o.post_id AND (s.until IS NULL OR s.until >= sh.ends)),
                               '{}')) AS during
      FROM post_open o GROUP BY o.post_id, o.area_id) free

-- name: stores
-- Where supplies are kept and counted beside the posts: the county's and the townships' stores, and quarantine sites.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s JOIN place p ON p.subject_id = s.id
WHERE p.kind IN ('store', 'quarantine')
