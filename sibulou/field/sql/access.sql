-- Devices and what they hand in, refused by the database itself. See roster/sql/access.sql for the settings.

-- The house itself acts, not somebody within his area: a token is looked up before anyone knows whose it is.
CREATE FUNCTION house_acts() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT int8range(0, 1000000000000000000) <@ areas_for('audit') $$;

-- A device and an invitation belong to a user, and are seen by whoever appoints or administers where he sits or sat.
CREATE FUNCTION carried_here(by_user bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT by_user = acting_user() OR house_acts() OR EXISTS (
       SELECT FROM appointment a JOIN seat s ON s.id = a.seat_id
       WHERE a.user_id = by_user AND (s.area_id <@~ areas_for('grant') OR s.area_id <@~ areas_for('admin'))) $$;

CREATE PROCEDURE guard_by_carrier(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY carrier_read ON %s FOR SELECT USING (carried_here(user_id))', part);
    EXECUTE format('CREATE POLICY carrier_add ON %s FOR INSERT WITH CHECK (carried_here(user_id))', part);
    EXECUTE format('CREATE POLICY carrier_change ON %s FOR UPDATE USING (carried_here(user_id))', part);
END $$;
CALL guard_by_carrier('field_invitation');
CALL guard_by_carrier('field_device');
DROP PROCEDURE guard_by_carrier(regclass);

-- What was handed in, and the bytes of photos: for who sent them and for the house. A page that shows a photo has found
-- the record that names it first, within the reader's reach.
CREATE PROCEDURE guard_by_teller(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY teller_read ON %s FOR SELECT USING ('
        'told_by_id = (SELECT acting_user()) OR (SELECT house_acts()))', part);
    EXECUTE format('CREATE POLICY teller_add ON %s FOR INSERT WITH CHECK ('
        'told_by_id = (SELECT acting_user()) OR (SELECT house_acts()))', part);
END $$;
CALL guard_by_teller('field_handed_in');
CALL guard_by_teller('field_attachment');
DROP PROCEDURE guard_by_teller(regclass);
CREATE TRIGGER attachment_rows BEFORE UPDATE OR DELETE ON field_attachment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The devices of some tokens, before anyone acts: by the digest of 256 random bits, which nobody can guess his way along.
CREATE FUNCTION devices_by_token(digests bytea[]) RETURNS SETOF field_device
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS
$$ SELECT * FROM field_device WHERE token_digest = ANY (digests) $$;
REVOKE ALL ON FUNCTION devices_by_token(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION devices_by_token(bytea[]) TO sibulou_app;

-- A link of a person or household: for whoever may tell of it, and for what acts as the link itself.
CREATE FUNCTION told_here(of_subject bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (SELECT FROM subject s WHERE s.id = of_subject
       AND (s.area_id <@~ areas_for('record') OR s.id = ANY (own_subjects()))) $$;
ALTER TABLE field_link ENABLE ROW LEVEL SECURITY;
CREATE POLICY link_read ON field_link FOR SELECT USING (told_here(subject_id));
CREATE POLICY link_add ON field_link FOR INSERT WITH CHECK (told_here(subject_id));
CREATE POLICY link_change ON field_link FOR UPDATE USING (told_here(subject_id));

-- The link of a secret, before anyone acts: by the digest of 256 random bits.
CREATE FUNCTION link_by_secret(digest bytea) RETURNS SETOF field_link
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp ROWS 1 AS
$$ SELECT * FROM field_link WHERE secret_digest = digest $$;
REVOKE ALL ON FUNCTION link_by_secret(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION link_by_secret(bytea) TO sibulou_app;

-- Which book this is: the cluster, the database in it, and the time line of its log, which a restore to a moment begins
-- anew. A number of a transaction means something only within one book.
CREATE FUNCTION which_book() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
SELECT left(encode(sha256(convert_to(concat_ws('.',
    (SELECT system_identifier FROM pg_control_system()),
    (SELECT oid FROM pg_database WHERE datname = current_database()),
    left(pg_walfile_name(pg_current_wal_lsn()), 8)), 'UTF8')), 'hex'), 12)
$$;
REVOKE ALL ON FUNCTION which_book() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION which_book() TO sibulou_app;

-- The start of the server that serves now, written down when it is first asked for. Two copies of one data folder have
-- the same book; each of them starts for itself, at its own moment, and knows of the other only what was before.
ALTER TABLE field_book_start ENABLE ROW LEVEL SECURITY;
CREATE FUNCTION book_start() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    here text := which_book();
    this text := left(encode(sha256(convert_to(here || '.' || extract(epoch FROM pg_postmaster_start_time()), 'UTF8')), 'hex'), 12);
BEGIN
    IF NOT EXISTS (SELECT FROM field_book_start s WHERE s.start = this) THEN
        INSERT INTO field_book_start (start, book, number)
        VALUES (this, here, pg_snapshot_xmax(pg_current_snapshot())::text::bigint) ON CONFLICT DO NOTHING;
    END IF;
    RETURN this;
END $$;
REVOKE ALL ON FUNCTION book_start() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION book_start() TO sibulou_app;

-- Up to which transaction what was read after a start was read from this very book: the one that was next when the
-- start after it came; null for a start that this book does not know.
CREATE FUNCTION book_holds_to(of_start text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
SELECT COALESCE((SELECT min(n.number) FROM field_book_start n WHERE n.book = s.book AND n.number > s.number),
                9223372036854775807)
FROM field_book_start s WHERE s.start = of_start AND s.book = which_book()
$$;
REVOKE ALL ON FUNCTION book_holds_to(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION book_holds_to(text) TO sibulou_app;

-- The moments at which what a user reaches may have changed: terms of his, and of those he stood in for.
CREATE FUNCTION reach_changes(who bigint) RETURNS SETOF timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH stood AS (SELECT l.user_id, l.starts_at, l.ends_at FROM leave l WHERE l.stand_in_id = who),
spans AS (
    SELECT a.starts_at, a.ends_at FROM appointment a
    WHERE a.user_id = who OR a.user_id IN (SELECT user_id FROM stood)
    UNION SELECT starts_at, ends_at FROM stood)
SELECT starts_at FROM spans UNION SELECT ends_at FROM spans WHERE ends_at IS NOT NULL ORDER BY 1
$$;
REVOKE ALL ON FUNCTION reach_changes(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reach_changes(bigint) TO sibulou_app;

GRANT SELECT, INSERT ON field_invitation, field_device, field_link, field_handed_in, field_attachment TO sibulou_app;
GRANT UPDATE (used_at) ON field_invitation TO sibulou_app;
GRANT UPDATE (token_digest, expires_at, seen_at, withdrawn_at, withdrawn_by, withdraw_reason, wiped_at)
    ON field_device TO sibulou_app;
GRANT UPDATE (ended_at, ended_by, end_reason, last_used_at, told_on, told) ON field_link TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
