-- name: areas
-- Areas of a county and those above it, in the order of their keys; one that stands already stays as it is.
INSERT INTO area (id, level, parent_id, name, short_name)
SELECT * FROM unnest(%(key)s::bigint[], %(level)s::smallint[], %(parent)s::bigint[], %(name)s::text[], %(short)s::text[])
ON CONFLICT (id) DO NOTHING
RETURNING id

-- name: codes
-- The code that each new area holds since ever.
INSERT INTO area_code (area_id, code)
SELECT * FROM unnest(%(key)s::bigint[], %(code)s::text[])

-- name: subjects
-- Each new area from the county down may owe: it is a subject.
INSERT INTO subject (kind, area_id, label, since, ended_by, end_reason)
SELECT 'area', t.key, t.name, %(since)s, '', '' FROM unnest(%(key)s::bigint[], %(name)s::text[]) AS t (key, name)

-- name: recode_end
-- End the present codes of an area and of all below it that begin with the same digits.
UPDATE area_code SET valid_to = %(day)s
WHERE valid_to IS NULL AND area_id >= %(low)s AND area_id < %(high)s AND starts_with(code, %(old)s)
RETURNING area_id, code

-- name: recode_begin
-- Their new codes: the same tail behind the new digits.
INSERT INTO area_code (area_id, code, valid_from, notice)
SELECT t.area, %(new)s || substr(t.code, length(%(old)s) + 1), %(day)s, %(notice)s
FROM unnest(%(area)s::bigint[], %(code)s::text[]) AS t (area, code)

-- name: recode_taken
-- Who else holds one of the new codes on or after that day.
SELECT c.code, a.name FROM area_code c JOIN area a ON a.id = c.area_id
WHERE starts_with(c.code, %(new)s) AND (c.valid_to IS NULL OR c.valid_to > %(day)s)
  AND NOT (c.area_id >= %(low)s AND c.area_id < %(high)s)
  AND c.code IN (SELECT %(new)s || substr(m.code, length(%(old)s) + 1) FROM area_code m
                 WHERE m.valid_to IS NULL AND m.area_id >= %(low)s AND m.area_id < %(high)s
                   AND starts_with(m.code, %(old)s))
ORDER BY c.code LIMIT 1

-- name: recoded_since
-- Of the codes that a recoding would end, the latest day from which one holds.
SELECT code, valid_from FROM area_code
WHERE valid_to IS NULL AND area_id >= %(low)s AND area_id < %(high)s AND starts_with(code, %(old)s)
  AND valid_from IS NOT NULL
ORDER BY valid_from DESC LIMIT 1
