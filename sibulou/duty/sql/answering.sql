-- The appointments, leaves, and spans in which a user answers for nothing, as they were known at a moment (null: as they
-- are known now): what was entered by then, each with the end it had then. What has no moment of entry was entered as it
-- happened.
CREATE FUNCTION terms_known(known timestamptz)
RETURNS TABLE (id bigint, seat_id bigint, user_id bigint, deputy boolean, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT a.id, a.seat_id, a.user_id, a.deputy, a.starts_at, CASE WHEN r.id IS NULL THEN a.ends_at ELSE r.ends_at END
FROM appointment a
LEFT JOIN (SELECT DISTINCT ON (appointment_id) * FROM term_revision WHERE changed_at > known
           ORDER BY appointment_id, changed_at, id) r ON r.appointment_id = a.id
WHERE known IS NULL OR COALESCE(a.entered_at, a.starts_at) <= known
$$;
CREATE FUNCTION leaves_known(known timestamptz)
RETURNS TABLE (id bigint, user_id bigint, seat_id bigint, stand_in_id bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT l.id, l.user_id, l.seat_id, l.stand_in_id, l.starts_at, CASE WHEN r.id IS NULL THEN l.ends_at ELSE r.ends_at END
FROM leave l
LEFT JOIN (SELECT DISTINCT ON (leave_id) * FROM term_revision WHERE changed_at > known
           ORDER BY leave_id, changed_at, id) r ON r.leave_id = l.id
WHERE known IS NULL OR COALESCE(l.entered_at, l.starts_at) <= known
$$;
CREATE FUNCTION barred_known(known timestamptz)
RETURNS TABLE (user_id bigint, starts_at timestamptz, ends_at timestamptz)
LANGUAGE sql STABLE AS $$
SELECT u.id, w.starts_at, CASE WHEN r.id IS NULL THEN w.ended_at ELSE r.ended_at END
FROM watch w
JOIN account u ON u.person_id = w.subject_id
LEFT JOIN (SELECT DISTINCT ON (watch_id) * FROM watch_revision WHERE changed_at > known
           ORDER BY watch_id, changed_at, id) r ON r.watch_id = w.id
WHERE known IS NULL OR COALESCE(w.entered_at, w.starts_at) <= known
UNION ALL
SELECT c.user_id, c.closed_at, CASE WHEN known IS NULL OR c.opened_at <= known THEN c.opened_at END
FROM closure c WHERE known IS NULL OR c.closed_at <= known
$$;

-- Whoever could answer for a seat at a moment, as it was known at another (null: as it is known now): the holder (rank 0), a
-- stand-in of the holder (1), deputies (2); each is there and able himself.
CREATE FUNCTION able(at timestamptz, known timestamptz)
RETURNS TABLE (seat_id bigint, user_id bigint, rank smallint, id bigint)
LANGUAGE sql STABLE AS $$
WITH unable AS (
    SELECT b.user_id FROM barred_known(known) b WHERE b.starts_at <= at AND (b.ends_at IS NULL OR b.ends_at > at)),
away AS (
    SELECT l.id, l.user_id, l.seat_id, l.stand_in_id FROM leaves_known(known) l
    WHERE l.starts_at <= at AND (l.ends_at IS NULL OR l.ends_at > at)),
placed AS (
    SELECT a.seat_id, a.user_id, a.deputy, a.id FROM terms_known(known) a
    WHERE a.starts_at <= at AND (a.ends_at IS NULL OR a.ends_at > at)),
candidate AS (
    SELECT p.seat_id, p.user_id, (CASE WHEN p.deputy THEN 2 ELSE 0 END)::smallint AS rank, p.id FROM placed p
    UNION ALL
    SELECT p.seat_id, away.stand_in_id, 1::smallint, away.id
    FROM placed p JOIN away ON away.user_id = p.user_id AND (away.seat_id IS NULL OR away.seat_id = p.seat_id)
    WHERE NOT p.deputy AND away.stand_in_id IS NOT NULL)
SELECT c.seat_id, c.user_id, c.rank, c.id FROM candidate c
WHERE NOT EXISTS (SELECT FROM unable u WHERE u.user_id = c.user_id)
  AND NOT EXISTS (SELECT FROM away WHERE away.user_id = c.user_id
                  AND (away.seat_id IS NULL OR away.seat_id = c.seat_id))
$$;

-- Who answers for each seat of a range of areas at a moment, as it was known at another (null: as it is known now): the
-- first of those who could; a seat without a row is vacant (S22, S43).
-- Runs as the owner: a stand-in may come from an area the reader does not see, and the seat is answered for all the same.
CREATE FUNCTION answering(low bigint, high bigint, at timestamptz, known timestamptz DEFAULT NULL)
RETURNS TABLE (seat_id bigint, user_id bigint, rank smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 5000 AS $$
SELECT DISTINCT ON (c.seat_id) c.seat_id, c.user_id, c.rank
FROM able(at, known) c JOIN seat s ON s.id = c.seat_id
WHERE s.area_id >= low AND s.area_id < high
ORDER BY c.seat_id, c.rank, c.id
$$;
GRANT EXECUTE ON FUNCTION answering(bigint, bigint, timestamptz, timestamptz) TO sibulou_app;

-- The seats nobody answers for, each with the moment from which nobody has (null: nobody ever did): the end of the last
-- span in which somebody who was there and able sat in it, or stood in for its holder.
-- Runs as the owner: what is owed in a village may hang on a seat of its township, which the village does not see, and
-- is unowned all the same when that seat is vacant.
CREATE FUNCTION vacant_seats(low bigint, high bigint, at timestamptz, known timestamptz DEFAULT NULL)
RETURNS TABLE (seat_id bigint, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 500 AS $$
WITH vacant AS (
    SELECT s.id FROM seat s
    WHERE s.area_id >= low AND s.area_id < high
      AND s.id NOT IN (SELECT a.seat_id FROM able(at, known) a)),
placed AS (
    SELECT t.seat_id, t.user_id, t.deputy, tstzrange(t.starts_at, t.ends_at) AS during
    FROM terms_known(known) t JOIN vacant ON vacant.id = t.seat_id),
away AS (
    SELECT l.user_id, l.seat_id, l.stand_in_id, tstzrange(l.starts_at, l.ends_at) AS during FROM leaves_known(known) l),
unable AS (
    SELECT b.user_id, NULL::bigint AS seat_id, tstzrange(b.starts_at, b.ends_at) AS during FROM barred_known(known) b
    UNION ALL SELECT a.user_id, a.seat_id, a.during FROM away a),
candidate AS (
    SELECT p.seat_id, p.user_id, p.during FROM placed p
    UNION ALL
    SELECT p.seat_id, a.stand_in_id, p.during * a.during
    FROM placed p JOIN away a ON a.user_id = p.user_id AND (a.seat_id IS NULL OR a.seat_id = p.seat_id)
    WHERE NOT p.deputy AND a.stand_in_id IS NOT NULL AND p.during && a.during),
answered AS (
    SELECT c.seat_id, max(upper(d.during)) AS until
    FROM candidate c
    CROSS JOIN LATERAL (
        SELECT tstzmultirange(c.during * tstzrange(NULL, at)) - COALESCE(range_agg(u.during), '{}') AS during
        FROM unable u WHERE u.user_id = c.user_id AND (u.seat_id IS NULL OR u.seat_id = c.seat_id)) d
    GROUP BY c.seat_id)
SELECT vacant.id, answered.until FROM vacant LEFT JOIN answered ON answered.seat_id = vacant.id
$$;
REVOKE ALL ON FUNCTION vacant_seats(bigint, bigint, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vacant_seats(bigint, bigint, timestamptz, timestamptz) TO sibulou_app;

-- The seats a user sits in at a moment: appointed, as deputy, or standing in for someone who is away. One that is closed
-- by then counts as long as something that came due before is open.
CREATE FUNCTION seats_of(who bigint, at timestamptz)
RETURNS TABLE (seat_id bigint, role text, area_id bigint, subject_id bigint, closed boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT s.id, s.role, s.area_id, s.subject_id, COALESCE(s.closed_at <= at, false)
FROM (SELECT a.seat_id FROM appointment a
      WHERE a.user_id = who AND a.starts_at <= at AND (a.ends_at IS NULL OR a.ends_at > at)
      UNION
      SELECT a.seat_id FROM leave l
      JOIN appointment a ON a.user_id = l.user_id AND (l.seat_id IS NULL OR l.seat_id = a.seat_id)
      WHERE l.stand_in_id = who AND l.starts_at <= at AND (l.ends_at IS NULL OR l.ends_at > at)
        AND a.starts_at <= at AND (a.ends_at IS NULL OR a.ends_at > at)) held
JOIN seat s ON s.id = held.seat_id
WHERE s.closed_at IS NULL OR s.closed_at > at OR EXISTS (
    SELECT FROM obligation o
    WHERE o.seat_id = s.id AND o.met_at IS NULL AND (o.waived_at IS NULL OR o.waived_until IS NOT NULL))
$$;
GRANT EXECUTE ON FUNCTION seats_of(bigint, timestamptz) TO sibulou_app;

-- Whose doors a set of subjects opens: a guarded person brings the household, a guarded household its people.
CREATE FUNCTION with_household(subjects bigint[]) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT COALESCE(array_agg(DISTINCT id), '{}') FROM (
    SELECT unnest(subjects) AS id
    UNION SELECT p.household_id FROM person p WHERE p.subject_id = ANY (subjects)
    UNION SELECT p.subject_id FROM person p WHERE p.household_id = ANY (subjects)) doors
$$;
GRANT EXECUTE ON FUNCTION with_household(bigint[]) TO sibulou_app;

-- A moment, or the end of the quiet hours it falls into (domain 4b): the SQL twin of `ladder.QuietHours.shift`.
CREATE FUNCTION quiet_shift(at timestamptz, zone text, since time, until time) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT CASE
    WHEN since IS NULL THEN at
    WHEN since > until AND (at AT TIME ZONE zone)::time >= since
        THEN ((at AT TIME ZONE zone)::date + 1 + until) AT TIME ZONE zone
    WHEN (at AT TIME ZONE zone)::time < until AND (since > until OR (at AT TIME ZONE zone)::time >= since)
        THEN ((at AT TIME ZONE zone)::date + until) AT TIME ZONE zone
    ELSE at END
$$;
