-- name: add_nodes
-- The nodes of a network that is being imported.
INSERT INTO road_node (network_id, number, longitude, latitude, mouth)
SELECT %(network)s, * FROM unnest(
    %(number)b::integer[], %(longitude)b::float8[], %(latitude)b::float8[], %(mouth)b::boolean[])

-- name: add_roads
-- Its roads; a line comes as the text of an array, since arrays of unlike lengths make no table.
INSERT INTO road (network_id, number, one_end, other_end, layer, kind, name, metres, sealed, line)
SELECT %(network)s, r.number, r.one_end, r.other_end, r.layer, r.kind, r.name, r.metres, r.sealed, r.line::float8[]
FROM unnest(
    %(number)b::integer[], %(one_end)b::integer[], %(other_end)b::integer[], %(layer)b::text[], %(kind)b::text[],
    %(name)b::text[], %(metres)b::float8[], %(sealed)b::boolean[], %(line)b::text[])
    AS r (number, one_end, other_end, layer, kind, name, metres, sealed, line)

-- name: nodes
-- The nodes of a network in their order.
SELECT longitude, latitude, mouth FROM road_node WHERE network_id = %(network)s ORDER BY number

-- name: roads
-- The roads of a network in their order.
SELECT one_end, other_end, layer, kind, name, metres, sealed, line FROM road WHERE network_id = %(network)s ORDER BY number

-- name: places
-- Where the posts and the villages of a county stood at a moment: posts by subject, villages by area. A place that was
-- entered later holds for the time before it too, where there is no earlier one.
SELECT DISTINCT ON (s.id) s.kind, CASE s.kind WHEN 'area' THEN s.area_id ELSE s.id END, w.longitude, w.latitude
FROM whereabouts w JOIN subject s ON s.id = w.subject_id
WHERE s.area_id >= %(low)s AND s.area_id < %(high)s AND s.kind IN ('post', 'area')
  AND s.since <= %(at)s AND (s.until IS NULL OR s.until > %(at)s)
ORDER BY s.id, w.since > %(at)s, CASE WHEN w.since <= %(at)s THEN w.since END DESC, w.since
