-- name: households
-- Every household.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s WHERE s.kind = 'household'

-- name: elders
-- Everyone from the seventieth birthday on who is at home.
SELECT s.id AS subject_id, s.area_id,
       GREATEST(s.since, (p.birth_date + interval '70 years') AT TIME ZONE 'Asia/Shanghai') AS since, s.until
FROM person p JOIN subject s ON s.id = p.subject_id
WHERE p.birth_date IS NOT NULL AND p.state IN ('present', 'returned')
