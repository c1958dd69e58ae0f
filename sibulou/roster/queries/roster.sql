-- name: under_area
-- What is on the roster under an area, its own subject aside: how many, and one by name.
SELECT count(*), min(label) FROM subject
WHERE area_id >= %(low)s AND area_id < %(high)s AND until IS NULL AND NOT (kind = 'area' AND area_id = %(low)s)

-- name: under_household
-- The members of a household who are on the roster: how many, and one by name.
SELECT count(*), min(s.label) FROM person p JOIN subject s ON s.id = p.subject_id
WHERE p.household_id = %(household)s AND s.until IS NULL
