-- name: keep
-- Rows of the register for records that stand; those that a correction names are not kept, whichever came first.
INSERT INTO passage (record, post_id, area_id, happened_at, received_at, direction, disposal, occupants, together,
                     plate, phone, identity, name, person_id)
SELECT t.* FROM unnest(%(record)b::uuid[], %(post_id)b::bigint[], %(area_id)b::bigint[], %(happened_at)b::timestamptz[],
                       %(received_at)b::timestamptz[], %(direction)b::text[], %(disposal)b::text[],
                       %(occupants)b::smallint[], %(together)b::text[], %(plate)b::bytea[], %(phone)b::bytea[],
                       %(identity)b::bytea[], %(name)b::bytea[], %(person_id)b::bigint[]) AS t (record, post_id)
WHERE NOT EXISTS (SELECT FROM record c WHERE c.corrects = t.record AND c.subject_id = t.post_id AND c.form = %(form)s)
ON CONFLICT (record) DO NOTHING
RETURNING record

-- name: gone
-- Rows whose record a correction names: what they said of a person is settled anew.
DELETE FROM passage WHERE record = ANY (%(records)b::uuid[]) RETURNING person_id

-- name: by_identity
-- Who on the roster has these identity numbers.
SELECT p.identity_blind, p.subject_id FROM person p JOIN subject s ON s.id = p.subject_id
WHERE p.identity_blind = ANY (%(blinds)b::bytea[]) AND s.until IS NULL

-- name: crossings
-- Turned back at one post and let in at another within the hours: both ways round, for whichever was heard last.
WITH pair AS (
    SELECT n.record AS one, o.record AS other, o.by
    FROM passage n CROSS JOIN LATERAL (
        SELECT o.record, o.post_id, o.happened_at, 'plate' AS by FROM passage o
        WHERE o.plate = n.plate AND o.happened_at BETWEEN n.happened_at - %(span)s AND n.happened_at + %(span)s
        UNION ALL SELECT o.record, o.post_id, o.happened_at, 'phone' FROM passage o
        WHERE o.phone = n.phone AND o.happened_at BETWEEN n.happened_at - %(span)s AND n.happened_at + %(span)s
        UNION ALL SELECT o.record, o.post_id, o.happened_at, 'identity' FROM passage o
        WHERE o.identity = n.identity AND o.happened_at BETWEEN n.happened_at - %(span)s AND n.happened_at + %(span)s
        UNION ALL SELECT o.record, o.post_id, o.happened_at, 'person' FROM passage o
        WHERE o.person_id = n.person_id AND o.happened_at BETWEEN n.happened_at - %(span)s AND n.happened_at + %(span)s
    ) o
    WHERE n.record = ANY (%(records)s::uuid[]) AND o.post_id <> n.post_id)
SELECT t.post_id, COALESCE(NULLIF(t.together, ''), t.record::text), min(t.happened_at),
       c.post_id, COALESCE(NULLIF(c.together, ''), c.record::text), min(c.happened_at), array_agg(DISTINCT pair.by)
FROM pair
JOIN passage t ON t.record IN (pair.one, pair.other) AND t.disposal = 'turned_back'
JOIN passage c ON c.record IN (pair.one, pair.other) AND c.disposal = 'passed' AND c.direction <> 'out'
WHERE c.happened_at > t.happened_at
GROUP BY 1, 2, 4, 5

-- name: next_posts
-- The posts that somebody turned back here may try next: of the same township, then the county's gates, then the rest.
SELECT s.id, s.area_id FROM post p JOIN subject s ON s.id = p.subject_id
WHERE p.opened_at <= %(at)s AND (s.until IS NULL OR s.until > %(at)s) AND s.id <> %(post)s
  AND s.area_id >= %(area)s / 1000000000000 * 1000000000000
  AND s.area_id < %(area)s / 1000000000000 * 1000000000000 + 1000000000000
ORDER BY s.area_id / 1000000000 <> %(area)s / 1000000000, p.kind <> 'gate', s.id
LIMIT %(most)s

-- name: last_seen
-- What was seen last of each of these people.
SELECT DISTINCT ON (q.person_id) q.person_id, q.post_id, q.happened_at, q.direction
FROM passage q WHERE q.person_id = ANY (%(persons)s::bigint[]) AND q.disposal = 'passed'
ORDER BY q.person_id, q.happened_at DESC, q.record DESC

-- name: watched_out
-- Those of these passages on which somebody under watch went out.
SELECT q.record, q.person_id, q.happened_at, s.label FROM passage q JOIN subject s ON s.id = q.post_id
WHERE q.record = ANY (%(records)s::uuid[]) AND q.direction <> 'in' AND q.disposal = 'passed' AND EXISTS (
    SELECT FROM watch w WHERE w.subject_id = q.person_id AND w.starts_at <= q.happened_at
    AND (w.ended_at IS NULL OR w.ended_at > q.happened_at))

-- name: lately
-- What was heard since a moment.
SELECT record FROM passage WHERE received_at >= %(since)s

-- name: short
-- Vehicles of which fewer rows are there than the crew said occupants. Without a number of its own a vehicle is known by
-- its plate: what passed the post under it within twenty minutes is one.
SELECT v.post_id, v.key, max(v.occupants), max(v.rows), min(v.happened_at)
FROM (
    SELECT p.post_id, p.together AS key, p.occupants, p.happened_at,
           (SELECT count(*) FROM passage o WHERE o.together = p.together AND o.post_id = p.post_id) AS rows
    FROM passage p WHERE p.received_at >= %(since)s AND p.happened_at <= %(upto)s AND p.occupants > 1 AND p.together <> ''
    UNION ALL
    SELECT p.post_id, p.record::text, p.occupants, p.happened_at,
           CASE WHEN p.plate IS NULL THEN 1 ELSE (
               SELECT count(*) FROM passage o WHERE o.plate = p.plate AND o.post_id = p.post_id
               AND o.happened_at BETWEEN p.happened_at - interval '20 min' AND p.happened_at + interval '20 min') END
    FROM passage p WHERE p.received_at >= %(since)s AND p.happened_at <= %(upto)s AND p.occupants > 1 AND p.together = ''
      AND NOT EXISTS (SELECT FROM passage o WHERE o.plate = p.plate AND o.post_id = p.post_id AND o.together = ''
                      AND o.happened_at >= p.happened_at - interval '20 min'
                      AND (o.happened_at, o.record) < (p.happened_at, p.record))) v
WHERE v.rows < v.occupants
GROUP BY 1, 2

-- name: of_vehicle
-- How many occupants were said and how many rows there are now, and when the last happened; none where it is gone.
SELECT max(v.occupants), count(*), max(v.happened_at) FROM (
    SELECT o.occupants, o.happened_at FROM passage o WHERE o.together = %(key)s AND o.together <> '' AND o.post_id = %(post)s
    UNION ALL
    SELECT o.occupants, o.happened_at FROM passage p JOIN passage o ON o.post_id = p.post_id AND (o.record = p.record
        OR (o.plate = p.plate AND o.happened_at BETWEEN p.happened_at - interval '20 min'
                                                AND p.happened_at + interval '20 min'))
    WHERE p.record::text = %(key)s AND p.together = '' AND p.post_id = %(post)s) v

-- name: shift
-- The last word on who was on duty at a post by a moment, as far as it still counts.
SELECT r.id, r.form, r.happened_at, r.content ->> 'on_duty' AS on_duty FROM record r
WHERE r.subject_id = {post} AND r.form = ANY (%(shift_forms)s::text[]) AND r.happened_at <= {at} AND NOT r.withdraws
  AND NOT EXISTS (SELECT FROM record c WHERE c.corrects = r.id AND c.subject_id = r.subject_id AND c.form = r.form)
ORDER BY r.happened_at DESC, r.id DESC LIMIT 1

-- name: unmanned
-- The first passage of each day at each post while nobody was on duty.
SELECT DISTINCT ON (p.post_id, last.id, (p.happened_at AT TIME ZONE %(zone)s)::date)
       p.post_id, COALESCE(last.id::text, ''), (p.happened_at AT TIME ZONE %(zone)s)::date::text, p.happened_at
FROM passage p LEFT JOIN LATERAL ({shift}) last ON true
WHERE p.received_at >= %(since)s AND p.happened_at <= %(upto)s AND {unmanned}
ORDER BY p.post_id, last.id, (p.happened_at AT TIME ZONE %(zone)s)::date, p.happened_at

-- name: still_unmanned
-- Whether a post had passages at a moment while nobody was on duty: passages, and how many of them unmanned.
SELECT count(*), count(*) FILTER (WHERE {unmanned})
FROM passage p LEFT JOIN LATERAL ({shift}) last ON true
WHERE p.post_id = %(post)s AND p.happened_at = %(at)s

-- name: nobody
-- Nobody was on duty: nobody ever signed on, the last left an empty post, or he signed on too long ago.
(last.id IS NULL OR last.happened_at < p.happened_at - %(shift)s OR last.on_duty = '0')

-- name: open
-- What the comparing of passages opened and nobody has answered.
SELECT o.opened_by, o.subject_id, o.opened_at, r.content
FROM obligation o JOIN duty d ON d.id = o.duty_id JOIN record r ON r.id = o.opened_by
WHERE d.key = ANY (%(duties)s::text[]) AND o.met_at IS NULL AND o.waived_at IS NULL AND r.form = %(form)s
