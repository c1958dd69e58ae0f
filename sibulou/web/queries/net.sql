-- name: roster
-- Everything of a range of areas that a cell or mark of the Net stands for, household by household within its group. A
-- shift has no mark of its own: what is missed in it burns at its post.
SELECT s.area_id, s.kind, array_agg(s.id ORDER BY s.id) AS ids
FROM subject s
WHERE s.area_id >= %(low)s AND s.area_id < %(high)s AND s.kind NOT IN ('person', 'shift')
  AND (s.until IS NULL OR s.until > %(since)s)
GROUP BY s.area_id, s.kind
ORDER BY s.area_id, s.kind

-- name: version
-- A number that moves whenever a subject or an area is added or changed: what PostgreSQL counts by itself.
SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint
FROM pg_stat_user_tables WHERE relname IN ('subject', 'area')
