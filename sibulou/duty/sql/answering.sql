-- Who answers for each seat of a range of areas at a moment; a seat without a row is vacant (S22, S43).
-- Runs as the owner: a stand-in may come from an area the reader does not see, and the seat is answered for all the same.
CREATE FUNCTION answering(low bigint, high bigint, at timestamptz)
RETURNS TABLE (seat_id bigint, user_id bigint, rank smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 5000 AS $$
WITH watched AS (
    SELECT u.id AS user_id FROM watch w JOIN account u ON u.person_id = w.subject_id
    WHERE w.starts_at <= at AND (w.ended_at IS NULL OR w.ended_at > at)),
away AS (
    SELECT l.id, l.user_id, l.seat_id, l.stand_in_id FROM leave l
    WHERE l.starts_at <= at AND (l.ends_at IS NULL OR l.ends_at > at)),
unable AS (
    SELECT w.user_id FROM watched w
    UNION SELECT u.id FROM account u WHERE NOT u.is_active),
placed AS (
    SELECT a.seat_id, a.user_id, a.deputy, a.id FROM appointment a JOIN seat s ON s.id = a.seat_id
    WHERE s.area_id >= low AND s.area_id < high
      AND a.starts_at <= at AND (a.ends_at IS NULL OR a.ends_at > at)),
candidate AS (
    SELECT p.seat_id, p.user_id, (CASE WHEN p.deputy THEN 2 ELSE 0 END)::smallint AS rank, p.id FROM placed p
    UNION ALL
    SELECT p.seat_id, away.stand_in_id, 1::smallint, away.id
    FROM placed p JOIN away ON away.user_id = p.user_id AND (away.seat_id IS NULL OR away.seat_id = p.seat_id)
    WHERE NOT p.deputy AND away.stand_in_id IS NOT NULL)
SELECT DISTINCT ON (c.seat_id) c.seat_id, c.user_id, c.rank FROM candidate c
WHERE NOT EXISTS (SELECT FROM unable u WHERE u.user_id = c.user_id)
  AND NOT EXISTS (SELECT FROM away WHERE away.user_id = c.user_id
                  AND (away.seat_id IS NULL OR away.seat_id = c.seat_id))
ORDER BY c.seat_id, c.rank, c.id
$$;
GRANT EXECUTE ON FUNCTION answering(bigint, bigint, timestamptz) TO sibulou_app;

-- The seats nobody answers for. Runs as the owner: what is owed in a village may hang on a seat of its township, which
-- the village does not see, and is unowned all the same when that seat is vacant.
CREATE FUNCTION vacant_seats(low bigint, high bigint, at timestamptz) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 500 AS $$
SELECT s.id FROM seat s
WHERE s.area_id >= low AND s.area_id < high
  AND NOT EXISTS (SELECT FROM answering(low, high, at) a WHERE a.seat_id = s.id)
$$;
REVOKE ALL ON FUNCTION vacant_seats(bigint, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION vacant_seats(bigint, bigint, timestamptz) TO sibulou_app;

-- The seats a user sits in at a moment: appointed, as deputy, or standing in for someone who is away.
CREATE FUNCTION seats_of(who bigint, at timestamptz)
RETURNS TABLE (seat_id bigint, role text, area_id bigint, subject_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT s.id, s.role, s.area_id, s.subject_id
FROM appointment a JOIN seat s ON s.id = a.seat_id
WHERE a.starts_at <= at AND (a.ends_at IS NULL OR a.ends_at > at)
  AND (a.user_id = who OR EXISTS (
       SELECT FROM leave l WHERE l.user_id = a.user_id AND l.stand_in_id = who
         AND (l.seat_id IS NULL OR l.seat_id = a.seat_id)
         AND l.starts_at <= at AND (l.ends_at IS NULL OR l.ends_at > at)))
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
