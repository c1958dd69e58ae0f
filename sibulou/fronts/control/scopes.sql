-- name: areas
-- Every area of one level that stands in the tree.
SELECT s.id AS subject_id, s.area_id, s.since, s.until
FROM subject s JOIN area a ON a.id = s.area_id
WHERE s.kind = 'area' AND a.level = {level}

-- name: places
-- Every public place; a store of supplies is none.
SELECT s.id AS subject_id, s.area_id, s.since, s.until FROM subject s
WHERE s.kind = 'place' AND NOT EXISTS (SELECT FROM place p WHERE p.subject_id = s.id AND p.kind = 'store')
