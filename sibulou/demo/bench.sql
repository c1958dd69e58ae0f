-- name: areas
-- One or ten counties in one prefecture: 7 townships of 8 or 9 villages of 13 groups or so.
INSERT INTO area (id, level, parent_id, name, short_name)
SELECT 530000000000000000, 1, NULL::bigint, 'P', 'P'
UNION ALL SELECT 530400000000000000, 2, 530000000000000000, 'F', 'F'
UNION ALL SELECT 530400000000000000 + (24 + c) * 1000000000000, 3, 530400000000000000, 'C' || c, 'C' || c
    FROM generate_series(1::bigint, %(counties)s) c
UNION ALL SELECT 530400000000000000 + (24 + c) * 1000000000000 + t * 1000000000, 4,
    530400000000000000 + (24 + c) * 1000000000000, 'T' || t, 'T' || t
    FROM generate_series(1::bigint, %(counties)s) c, generate_series(1::bigint, 7) t
UNION ALL SELECT 530400000000000000 + (24 + c) * 1000000000000 + t * 1000000000 + v * 1000000, 5,
    530400000000000000 + (24 + c) * 1000000000000 + t * 1000000000, 'V' || v, 'V' || v
    FROM generate_series(1::bigint, %(counties)s) c, generate_series(1::bigint, 7) t, generate_series(1::bigint, 8) v
UNION ALL SELECT 530400000000000000 + (24 + c) * 1000000000000 + t * 1000000000 + v * 1000000 + g * 1000, 6,
    530400000000000000 + (24 + c) * 1000000000000 + t * 1000000000 + v * 1000000, 'G' || g, 'G' || g
    FROM generate_series(1::bigint, %(counties)s) c, generate_series(1::bigint, 7) t, generate_series(1::bigint, 8) v, generate_series(1::bigint, 14) g

-- name: area_subjects
-- Each area from the county down answers for itself.
INSERT INTO subject (kind, area_id, label, since, ended_by, end_reason)
SELECT 'area', id, name, %(since)s, '', '' FROM area WHERE level >= 3

-- name: households
-- 66 or 67 households in each group: 52 thousand in a county.
INSERT INTO subject (kind, area_id, label, since, ended_by, end_reason)
SELECT 'household', a.id, n::text, %(since)s, '', '' FROM area a, generate_series(1, 66) n WHERE a.level = 6 ORDER BY a.id, n

-- name: household_parts
-- What makes them households.
INSERT INTO household (subject_id, number, address, language, without_phone)
SELECT id, label::integer, '', '', false FROM subject WHERE kind = 'household'

-- name: people
-- Three people in each household, less a few: 150 thousand in a county.
INSERT INTO subject (kind, area_id, label, since, ended_by, end_reason)
SELECT 'person', s.area_id, s.id || '-' || n, %(since)s, '', '' FROM subject s, generate_series(1, 3) n
WHERE s.kind = 'household' AND (n < 3 OR s.id %% 10 < 9) ORDER BY s.id, n

-- name: people_parts
-- Which household each is of.
INSERT INTO person (subject_id, household_id, relation, sex, ethnic, state, identity_kind)
SELECT id, split_part(label, '-', 1)::bigint, '99', '0', '', 'present', 'none' FROM subject WHERE kind = 'person'

-- name: meet_most
-- 97 of 100 due obligations are met on time.
UPDATE obligation SET met_at = opened_at, known_at = opened_at, met_by = gen_random_uuid()
WHERE due_at <= %(now)s AND id %% 100 >= 3

-- name: accounts
-- One account for each seat.
INSERT INTO account (username, name, password, language, is_active, created_at)
SELECT 'u' || id, 'u' || id, '!', 'zh-hans', true, now() FROM seat

-- name: appointments
-- Somebody in each seat but one of a hundred.
INSERT INTO appointment (seat_id, user_id, deputy, starts_at, made_by, ended_by)
SELECT s.id, u.id, false, %(since)s, 'bench', '' FROM seat s JOIN account u ON u.username = 'u' || s.id WHERE s.id %% 100 > 0

-- name: bare_table
-- The least PostgreSQL needs for the same answers.
CREATE TABLE bare AS SELECT id, duty_id, area_id, subject_id, due_at, met_at FROM obligation ORDER BY area_id, due_at;
ALTER TABLE bare ADD PRIMARY KEY (id);
CREATE TABLE bare_record (id uuid PRIMARY KEY, obligation bigint, at timestamptz, content jsonb)

-- name: bare_index
-- Its one index.
CREATE INDEX bare_open ON bare (area_id, due_at) INCLUDE (duty_id, subject_id) WHERE met_at IS NULL

-- name: bare_gaps
-- Gaps per area and duty.
SELECT area_id, duty_id, count(*) FROM bare
WHERE area_id >= %s AND area_id < %s AND due_at <= %s AND met_at IS NULL GROUP BY 1, 2

-- name: bare_list
-- One village's gaps.
SELECT id, duty_id, subject_id, due_at FROM bare
WHERE area_id >= %s AND area_id < %s AND due_at <= %s AND met_at IS NULL ORDER BY due_at, id LIMIT 50

-- name: bare_cells
-- Gaps per subject.
SELECT subject_id, duty_id, count(*) FROM bare
WHERE area_id >= %s AND area_id < %s AND due_at <= %s AND met_at IS NULL GROUP BY 1, 2

-- name: bare_books
-- Expected, met and overdue per duty.
SELECT duty_id, count(*), count(*) FILTER (WHERE met_at <= due_at), count(*) FILTER (WHERE met_at IS NULL AND due_at <= now())
FROM bare WHERE area_id >= %s AND area_id < %s AND due_at <= %s + interval '2 days' AND %s IS NOT NULL GROUP BY 1

-- name: bare_insert
-- As many plain rows.
INSERT INTO bare SELECT -row_number() OVER (), duty_id, area_id, subject_id, due_at + interval '1 day', NULL FROM bare LIMIT %s

-- name: open_rechecks
-- Households whose re-check is open, and a moment inside its window.
SELECT o.subject_id, o.opened_at + interval '1 hour' FROM obligation o JOIN duty d ON d.id = o.duty_id
WHERE d.key = 'household.recheck' AND o.met_at IS NULL AND o.opened_at < '2020-02-10 02:00+00'
  AND o.due_at > '2020-02-10 02:30+00' ORDER BY o.id LIMIT %s

-- name: rechecks_to_come
-- Re-checks that nobody has told yet: village, household, a moment inside the window.
SELECT o.area_id - o.area_id %% 1000000, o.subject_id, o.opened_at + interval '1 hour'
FROM obligation o JOIN duty d ON d.id = o.duty_id
WHERE d.key = 'household.recheck' AND o.met_at IS NULL AND o.opened_at > %(now)s ORDER BY o.id

-- name: bare_settle
-- The same as plain inserts and updates by key.
WITH picked AS (SELECT id, subject_id, due_at FROM bare WHERE id > 0 AND met_at IS NULL ORDER BY id LIMIT %s),
told AS (INSERT INTO bare_record SELECT gen_random_uuid(), id, due_at, '{}'::jsonb FROM picked RETURNING obligation, at)
UPDATE bare SET met_at = told.at FROM told WHERE bare.id = told.obligation
