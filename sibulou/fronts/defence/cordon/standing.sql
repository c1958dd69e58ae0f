-- name: standing
-- Posts that are open at a moment (neither suspended nor withdrawn) and of which no obligation of strength is unmet then.
SELECT p.post_id FROM post_open p
WHERE p.area_id >= %(low)s AND p.area_id < %(high)s AND p.during @> %(at)s::timestamptz
  AND NOT EXISTS (
      SELECT FROM obligation o
      WHERE o.subject_id = p.post_id AND o.duty_id = ANY (ARRAY(SELECT d.id FROM duty d WHERE d.key = %(duty)s))
        AND o.opened_at <= %(at)s
        AND (o.met_at IS NULL OR o.met_at > %(at)s)
        AND NOT (o.met_at IS NULL AND EXISTS (SELECT FROM waiver w WHERE w.id = o.waiver_id AND w.kind = 'end')))

-- name: changes
-- Every moment at which a post begins or ceases to stand, a road is sealed or opened, or the roads become others.
SELECT DISTINCT at FROM (
    SELECT unnest(ARRAY[lower(p.during), upper(p.during)]) AS at FROM post_open p
    WHERE p.area_id >= %(low)s AND p.area_id < %(high)s
    UNION ALL
    SELECT unnest(ARRAY[o.opened_at, o.met_at]) FROM post_open p JOIN obligation o ON o.subject_id = p.post_id
    WHERE o.duty_id = ANY (ARRAY(SELECT d.id FROM duty d WHERE d.key = %(duty)s))
      AND p.area_id >= %(low)s AND p.area_id < %(high)s
    UNION ALL
    SELECT unnest(ARRAY[granted_at, until]) FROM road_seal WHERE area_id >= %(low)s AND area_id < %(high)s
    UNION ALL
    SELECT unnest(ARRAY[since, until]) FROM local_road WHERE area_id >= %(low)s AND area_id < %(high)s
    UNION ALL
    SELECT w.since FROM whereabouts w JOIN subject s ON s.id = w.subject_id
    WHERE s.area_id >= %(low)s AND s.area_id < %(high)s
    UNION ALL
    SELECT since FROM road_network WHERE area_id >= %(low)s AND area_id < %(high)s) moments
WHERE at > %(since)s AND at <= %(until)s ORDER BY at
