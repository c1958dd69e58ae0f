-- name: keep
-- The lines of records that stand: no correction names them. What arrived takes item and batch from what was sent.
WITH told AS MATERIALIZED (
    SELECT r.id, r.form, r.subject_id, r.happened_at, r.content, r.answers FROM record r
    WHERE r.id = ANY (%(records)s::uuid[]) AND NOT r.withdraws
      AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = r.id AND c.subject_id = r.subject_id AND c.form = r.form)),
arrived AS (
    SELECT r.*, c.id AS coming, COALESCE(d.content, c.content) AS of, d.id AS sent, d.subject_id AS giver
    FROM told r LEFT JOIN record c ON c.id = r.answers AND c.form = 'stock_coming'
    LEFT JOIN record d ON d.id = (c.content ->> 'move')::uuid AND d.form = 'stock_out'
         AND NOT EXISTS (SELECT FROM record x WHERE x.corrects = d.id AND x.subject_id = d.subject_id AND x.form = d.form)
    WHERE r.form = 'stock_received'),
line AS (
    SELECT id, 'in' AS kind, subject_id AS place, happened_at, content ->> 'item' AS item, content ->> 'batch' AS batch,
           content ->> 'expiry' AS expiry, content ->> 'quantity' AS quantity, '' AS why, content ->> 'source' AS source,
           NULL::uuid AS move, NULL::bigint AS other, NULL::uuid AS request FROM told WHERE form = 'stock_in'
    UNION ALL
    SELECT id, 'sent', subject_id, happened_at, content ->> 'item', content ->> 'batch', content ->> 'expiry',
           content ->> 'quantity', '', '', id, (content ->> 'to')::bigint, answers FROM told WHERE form = 'stock_out'
    UNION ALL
    SELECT id, CASE WHEN sent IS NULL THEN 'in' ELSE 'received' END, subject_id, happened_at,
           COALESCE(of ->> 'item', content ->> 'item'), COALESCE(of ->> 'batch', content ->> 'batch'), of ->> 'expiry',
           content ->> 'quantity', '', CASE WHEN coming IS NULL THEN 'unannounced' WHEN sent IS NULL THEN 'announced'
           ELSE '' END, sent, giver, NULL FROM arrived
    UNION ALL
    SELECT id, 'used', subject_id, happened_at, content ->> 'item', content ->> 'batch', NULL, content ->> 'quantity',
           content ->> 'why', '', NULL, NULL, NULL FROM told WHERE form = 'stock_used'
    UNION ALL
    SELECT id, 'used', (content ->> 'store')::bigint, happened_at, content ->> 'item', content ->> 'batch', NULL,
           content ->> 'quantity', 'need', '', NULL, subject_id, NULL FROM told
    WHERE form = 'need_met' AND content ? 'store' AND content ? 'item' AND content ? 'quantity'
    UNION ALL
    SELECT id, 'counted', subject_id, happened_at, e.key, '', NULL, e.value #>> '{}', '', '', NULL, NULL, NULL
    FROM told CROSS JOIN LATERAL jsonb_each(content) e
    WHERE form = 'stock_count' AND jsonb_typeof(e.value) = 'number')
INSERT INTO stock_line (record, kind, place_id, area_id, happened_at, item, batch, expiry, quantity, why, source, move,
                        other_id, request)
SELECT l.id, l.kind, l.place, s.area_id, l.happened_at, l.item, COALESCE(l.batch, ''), l.expiry::date,
       l.quantity::numeric::integer, COALESCE(l.why, ''), COALESCE(l.source, ''), l.move, l.other, l.request
FROM line l JOIN subject s ON s.id = l.place AND s.kind IN ('post', 'place')
ON CONFLICT (record, item) DO NOTHING
RETURNING place_id

-- name: gone
-- The lines of these records as they were reckoned before.
DELETE FROM stock_line WHERE record = ANY (%(records)s::uuid[]) RETURNING place_id

-- name: receipts
-- What was signed for of what these notices announced.
SELECT r.id FROM record c JOIN record r ON r.answers = c.id AND r.form = 'stock_received' AND r.subject_id = c.subject_id
WHERE c.id = ANY (%(coming)s::uuid[])

-- name: all
-- Every record that may have a line.
SELECT id FROM record WHERE form = ANY (%(forms)s::text[]) ORDER BY seq

-- name: one_hand
-- Moves that one person gave out and signed for: where, when, by which receipt.
SELECT l.place_id, l.happened_at, l.record, l.item, l.batch, l.quantity FROM stock_line l
JOIN record r ON r.id = l.record JOIN record d ON d.id = l.move
WHERE l.kind = 'received' AND l.place_id = ANY (%(places)s::bigint[]) AND r.told_by_id = d.told_by_id

-- name: unequal
-- Moves of which more or less arrived than was sent, by the last receipt.
SELECT g.place_id, max(g.happened_at), max(g.record::text)::uuid, g.item, g.batch, s.quantity, sum(g.quantity)
FROM stock_line g JOIN stock_line s ON s.move = g.move AND s.kind = 'sent'
WHERE g.kind = 'received' AND g.place_id = ANY (%(places)s::bigint[])
GROUP BY g.place_id, g.move, g.item, g.batch, s.quantity HAVING sum(g.quantity) <> s.quantity

-- name: asked
-- How much of what was asked for has arrived where it was asked: by these places, the requests that stand.
SELECT q.id, q.subject_id, (q.content ->> 'quantity')::numeric::integer, COALESCE(sum(g.quantity), 0),
       max(g.happened_at)
FROM record q LEFT JOIN stock_line d ON d.request = q.id AND d.kind = 'sent'
LEFT JOIN stock_line g ON g.move = d.move AND g.kind = 'received' AND g.place_id = q.subject_id
WHERE q.form = 'stock_request' AND q.subject_id = ANY (%(places)s::bigint[]) AND NOT q.withdraws
  AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = q.id AND c.subject_id = q.subject_id AND c.form = q.form)
GROUP BY q.id, q.subject_id, q.content

-- name: found
-- What was found at these places and stands, with whether it is mended.
SELECT f.id, f.subject_id, f.happened_at, f.content, EXISTS (
    SELECT FROM record m WHERE m.answers = f.id AND m.subject_id = f.subject_id AND m.form = 'stock_mended'
    AND NOT m.withdraws AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = m.id))
FROM record f WHERE f.form = 'stock_found' AND f.subject_id = ANY (%(places)s::bigint[]) AND NOT f.withdraws
  AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = f.id AND c.subject_id = f.subject_id AND c.form = f.form)
