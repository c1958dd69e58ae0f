-- name: people
-- Everyone on the roster.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s WHERE s.kind = 'person'

-- name: watched
-- Everyone under at least one watch, once for each unbroken span of watches.
SELECT span.subject_id, s.area_id, lower(span.during) AS since,
       NULLIF(LEAST(COALESCE(upper(span.during), 'infinity'), COALESCE(s.until, 'infinity')), 'infinity') AS until
FROM (SELECT subject_id, unnest(range_agg(tstzrange(starts_at, ended_at))) AS during
      FROM watch GROUP BY subject_id) span
JOIN subject s ON s.id = span.subject_id

-- name: released
-- Everyone whose last watch of an unbroken span was lifted, from then on: once for each such span.
SELECT span.subject_id, s.area_id, upper(span.during) AS since, s.until
FROM (SELECT subject_id, unnest(range_agg(tstzrange(starts_at, ended_at))) AS during
      FROM watch GROUP BY subject_id) span
JOIN subject s ON s.id = span.subject_id
WHERE NOT upper_inf(span.during)

-- name: duplicated
-- People whose identity number stands on the roster more than once at the same time: every one but the first.
SELECT later.id AS subject_id, later.area_id, later.since, LEAST(later.until, min(earlier.until)) AS until
FROM person a JOIN subject later ON later.id = a.subject_id
JOIN person b ON b.identity_blind = a.identity_blind
JOIN subject earlier ON earlier.id = b.subject_id AND earlier.id < later.id
WHERE a.identity_blind IS NOT NULL AND (earlier.until IS NULL OR earlier.until > later.since)
GROUP BY later.id, later.area_id, later.since, later.until

-- name: institutions
-- Every institution of the named kinds.
SELECT s.id AS subject_id, s.area_id, s.since, s.until
FROM institution i JOIN subject s ON s.id = i.subject_id
WHERE i.kind IN ({kinds})
