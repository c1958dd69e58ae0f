-- name: stands
-- A record that tells something and that no correction replaces.
NOT r.withdraws AND NOT EXISTS (
    SELECT FROM record c WHERE c.corrects = r.id AND c.subject_id = r.subject_id AND c.form = r.form)

-- name: meets
-- A record in an obligation's window that meets its duty, by itself or as the answer to what opened it; never its own.
r.subject_id = o.subject_id AND r.happened_at >= o.opened_at AND (o.until_at IS NULL OR r.happened_at < o.until_at)
    AND o.duty_id = ANY (r.closes || r.answering) AND (o.duty_id = ANY (r.closes) OR o.opened_by = r.answers)
    AND (o.opened_by IS NULL OR o.opened_by <> r.id)

-- name: touched
-- The obligations that records of a batch may change: those they meet for the first time, earlier, or known earlier,
-- and those that the records they correct may have met.
SELECT DISTINCT o.id
FROM (SELECT unnest(%(records)b::uuid[]) AS id, false AS replaced
      UNION ALL
      SELECT c.corrects, true FROM record c WHERE c.id = ANY (%(records)b::uuid[]) AND c.corrects IS NOT NULL) told
JOIN record r ON r.id = told.id
JOIN obligation o ON {meets}
WHERE told.replaced OR o.met_at IS NULL OR r.happened_at <= o.met_at OR r.received_at < o.known_at

-- name: settle_new
-- Settle what new records that correct nothing meet for the first time, earlier, or known earlier than before: the
-- earliest of all is the earlier of the earliest so far and these. The same as `settle`, which looks at all of them.
WITH told AS (
    SELECT DISTINCT ON (o.id) o.id, o.met_at AS old_met, o.known_at AS old_known, o.met_by AS old_by, o.waived_at,
           o.waived_until, r.happened_at, r.received_at, r.id AS record
    FROM record r JOIN obligation o ON {meets}
    WHERE r.id = ANY (%(records)b::uuid[]) AND {stands}
      AND (o.met_at IS NULL OR (r.happened_at, r.id) < (o.met_at, o.met_by) OR r.received_at < o.known_at)
    ORDER BY o.id, r.happened_at, r.id),
revised AS (
    INSERT INTO revision (obligation_id, changed_at, met_at, known_at, waived_at, waived_until)
    SELECT id, %(now)s, old_met, old_known, waived_at, waived_until FROM told WHERE old_met IS NOT NULL)
UPDATE obligation o SET met_at = LEAST(told.old_met, told.happened_at), known_at = LEAST(told.old_known, told.received_at),
    met_by = CASE WHEN told.old_met IS NULL OR (told.happened_at, told.record) < (told.old_met, told.old_by)
             THEN told.record ELSE told.old_by END
FROM told WHERE o.id = told.id

-- name: settle
-- Settle obligations from all records that stand, the same whatever came first; keep what stood before a change.
WITH told AS (
    SELECT o.id, o.met_at AS old_met, o.known_at AS old_known, o.met_by AS old_by, o.waived_at, o.waived_until,
           min(r.happened_at) AS met_at, min(r.received_at) AS known_at,
           (array_agg(r.id ORDER BY r.happened_at, r.id) FILTER (WHERE r.id IS NOT NULL))[1] AS met_by
    FROM obligation o LEFT JOIN record r ON {meets} AND {stands}
    WHERE {which}
    GROUP BY o.id),
changed AS (
    SELECT * FROM told WHERE (old_met, old_known, old_by) IS DISTINCT FROM (met_at, known_at, met_by)),
revised AS (
    INSERT INTO revision (obligation_id, changed_at, met_at, known_at, waived_at, waived_until)
    SELECT id, %(now)s, old_met, old_known, waived_at, waived_until FROM changed WHERE old_met IS NOT NULL)
UPDATE obligation o SET met_at = changed.met_at, known_at = changed.known_at, met_by = changed.met_by
FROM changed WHERE o.id = changed.id

-- name: drift
-- Obligations whose stored moments differ from what the records say: always none.
SELECT o.id FROM obligation o
LEFT JOIN LATERAL (
    SELECT min(r.happened_at) AS met_at, min(r.received_at) AS known_at,
           (array_agg(r.id ORDER BY r.happened_at, r.id))[1] AS met_by
    FROM record r WHERE {meets} AND {stands}) told ON true
WHERE (o.met_at, o.known_at, o.met_by) IS DISTINCT FROM (told.met_at, told.known_at, told.met_by)

-- name: called_off
-- Obligations that a record opened which a correction has replaced since, and that no end closes yet.
SELECT o.id, o.area_id
FROM (SELECT c.id FROM record c WHERE c.id = ANY (%(records)s) AND c.corrects IS NOT NULL
      UNION SELECT c.id FROM record c WHERE c.corrects = ANY (%(records)s)) told
JOIN record c ON c.id = told.id
JOIN record r ON r.id = c.corrects AND r.subject_id = c.subject_id AND r.form = c.form
JOIN obligation o ON o.opened_by = r.id
WHERE o.waived_at IS NULL OR o.waived_until IS NOT NULL

-- name: of_subjects
-- What stands of the records of some subjects on some forms.
SELECT r.id, r.form, r.subject_id, r.happened_at, r.content, r.plans FROM record r
WHERE r.subject_id = ANY (%(subjects)s) AND r.form = ANY (%(forms)s) AND {stands}
ORDER BY r.happened_at, r.id
