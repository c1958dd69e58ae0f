-- Who may see what, refused by the database itself (DESIGN, Access). The application connects as `sibulou_app`,
-- which owns nothing; `roster/access.py` sets, inside each transaction, one multirange of area keys per right
-- (`sibulou.people`, `sibulou.grant` ...), the user's own seats and subjects, and who acts. Unset means nothing.

CREATE FUNCTION areas_for(wanted text) RETURNS int8multirange LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('sibulou.' || wanted, true), ''), '{}')::int8multirange $$;

-- The first range of a reach (none: null).
CREATE FUNCTION first_area(wanted text) RETURNS int8range LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT one FROM unnest(areas_for(wanted)) one LIMIT 1 $$;

-- "Lies in the reach": the same as <@, but the planner takes nearly every row to pass, as nearly every row does once a
-- statement has named its area. What it takes for <@ (one row in 200) made it loop over whole counties row by row.
CREATE OPERATOR <@~ (
    LEFTARG = anyelement, RIGHTARG = anymultirange, FUNCTION = elem_contained_by_multirange, RESTRICT = neqsel);

CREATE FUNCTION own_subjects() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('sibulou.subjects', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION left_subjects() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('sibulou.left', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION own_seats() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('sibulou.seats', true), ''), '{}')::bigint[] $$;

CREATE FUNCTION acting_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('sibulou.user', true), '')::bigint $$;

CREATE FUNCTION has_right(wanted text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NOT isempty(areas_for(wanted)) $$;

-- Subjects: people and households only for those who may see people; a guard sees his own wherever they live, and who
-- moved away from him as long as something that came due before is open, but nothing that is told of them since.
ALTER TABLE subject ENABLE ROW LEVEL SECURITY;
CREATE POLICY subject_read ON subject FOR SELECT USING (
    (kind NOT IN ('person', 'household') AND area_id <@~ (SELECT areas_for('gaps')))
    OR area_id <@~ (SELECT areas_for('people'))
    OR id = ANY ((SELECT own_subjects())::bigint[])
    OR id = ANY ((SELECT left_subjects())::bigint[]));
CREATE POLICY subject_add ON subject FOR INSERT WITH CHECK (
    area_id <@~ (SELECT areas_for('roster')));
CREATE POLICY subject_change ON subject FOR UPDATE USING (
    area_id <@~ (SELECT areas_for('roster')));

CREATE PROCEDURE guard_by_subject(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY part_read ON %s FOR SELECT USING ('
        'EXISTS (SELECT FROM subject s WHERE s.id = subject_id))', part);
    EXECUTE format('CREATE POLICY part_add ON %s FOR INSERT WITH CHECK ((SELECT has_right(''roster'')) AND '
        'EXISTS (SELECT FROM subject s WHERE s.id = subject_id))', part);
    EXECUTE format('CREATE POLICY part_change ON %s FOR UPDATE USING ((SELECT has_right(''roster'')) AND '
        'EXISTS (SELECT FROM subject s WHERE s.id = subject_id))', part);
END $$;
CALL guard_by_subject('household');
CALL guard_by_subject('person');
CALL guard_by_subject('post');
CALL guard_by_subject('place');
CALL guard_by_subject('institution');
DROP PROCEDURE guard_by_subject(regclass);

-- Areas and their codes are public knowledge; only the roster right adds groups and micro-grids.
ALTER TABLE area ENABLE ROW LEVEL SECURITY;
CREATE POLICY area_read ON area FOR SELECT USING (true);
CREATE POLICY area_add ON area FOR INSERT WITH CHECK (
    id <@~ (SELECT areas_for('roster')));
CREATE POLICY area_change ON area FOR UPDATE USING (
    id <@~ (SELECT areas_for('roster')));
ALTER TABLE area_code ENABLE ROW LEVEL SECURITY;
CREATE POLICY area_code_read ON area_code FOR SELECT USING (true);
CREATE POLICY area_code_add ON area_code FOR INSERT WITH CHECK (
    area_id <@~ (SELECT areas_for('roster')));
CREATE POLICY area_code_change ON area_code FOR UPDATE USING (
    area_id <@~ (SELECT areas_for('roster')));

-- The chain: seats of one's area and one's own.
ALTER TABLE seat ENABLE ROW LEVEL SECURITY;
CREATE POLICY seat_read ON seat FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps')) OR area_id <@~ (SELECT areas_for('admin'))
    OR id = ANY ((SELECT own_seats())::bigint[]));
CREATE POLICY seat_add ON seat FOR INSERT WITH CHECK (
    area_id <@~ (SELECT areas_for('record')) OR area_id <@~ (SELECT areas_for('admin')));
CREATE POLICY seat_change ON seat FOR UPDATE USING (
    area_id <@~ (SELECT areas_for('grant')));

ALTER TABLE appointment ENABLE ROW LEVEL SECURITY;
CREATE POLICY appointment_read ON appointment FOR SELECT USING (
    user_id = (SELECT acting_user()) OR EXISTS (SELECT FROM seat s WHERE s.id = seat_id));
-- Whoever hands out seats seats others, never himself. (Who stands above whom is the deeds' to ask.)
CREATE POLICY appointment_add ON appointment FOR INSERT WITH CHECK (
    ((SELECT has_right('grant')) OR (SELECT has_right('admin'))) AND EXISTS (SELECT FROM seat s WHERE s.id = seat_id)
    AND user_id IS DISTINCT FROM (SELECT acting_user()));
CREATE POLICY appointment_change ON appointment FOR UPDATE USING (
    ((SELECT has_right('grant')) OR (SELECT has_right('admin'))) AND EXISTS (SELECT FROM seat s WHERE s.id = seat_id));

ALTER TABLE leave ENABLE ROW LEVEL SECURITY;
CREATE POLICY leave_read ON leave FOR SELECT USING (
    user_id = (SELECT acting_user()) OR stand_in_id = (SELECT acting_user())
    OR EXISTS (SELECT FROM appointment a WHERE a.user_id = leave.user_id));
CREATE POLICY leave_add ON leave FOR INSERT WITH CHECK (
    (user_id = (SELECT acting_user()) OR (SELECT has_right('grant')))
    AND (stand_in_id IS NULL OR stand_in_id IS DISTINCT FROM (SELECT acting_user())));
CREATE POLICY leave_change ON leave FOR UPDATE USING (
    user_id = (SELECT acting_user()) OR (SELECT has_right('grant')));

-- Every change of an end leaves what the end was before, so that the chain can be shown as it was known. An end without
-- the moment it was entered was entered as it happened.
CREATE FUNCTION keep_term() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO term_revision (appointment_id, leave_id, changed_at, ends_at)
    VALUES (CASE WHEN TG_TABLE_NAME = 'appointment' THEN NEW.id END, CASE WHEN TG_TABLE_NAME = 'leave' THEN NEW.id END,
            COALESCE(NEW.until_entered_at, NEW.ends_at), OLD.ends_at);
    RETURN NULL;
END $$;
CREATE TRIGGER appointment_end AFTER UPDATE OF ends_at ON appointment FOR EACH ROW
    WHEN (OLD.ends_at IS DISTINCT FROM NEW.ends_at) EXECUTE FUNCTION keep_term();
CREATE TRIGGER leave_end AFTER UPDATE OF ends_at ON leave FOR EACH ROW
    WHEN (OLD.ends_at IS DISTINCT FROM NEW.ends_at) EXECUTE FUNCTION keep_term();
ALTER TABLE term_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY term_revision_read ON term_revision FOR SELECT USING (
    EXISTS (SELECT FROM appointment a WHERE a.id = appointment_id) OR EXISTS (SELECT FROM leave l WHERE l.id = leave_id));
CREATE INDEX term_revision_changed ON term_revision (changed_at);

-- Accounts: names of colleagues are known to colleagues; only an account's owner or an administrator changes it.
ALTER TABLE account ENABLE ROW LEVEL SECURITY;
CREATE POLICY account_read ON account FOR SELECT USING (true);
CREATE POLICY account_add ON account FOR INSERT WITH CHECK (
    (SELECT has_right('admin')) OR (SELECT has_right('grant')));
CREATE POLICY account_change ON account FOR UPDATE USING (
    id = (SELECT acting_user()) OR (SELECT has_right('admin')) OR (SELECT acting_user()) IS NULL);
ALTER TABLE closure ENABLE ROW LEVEL SECURITY;
CREATE POLICY closure_read ON closure FOR SELECT USING (
    user_id = (SELECT acting_user()) OR (SELECT has_right('admin')) OR (SELECT acting_user()) IS NULL);
CREATE POLICY closure_add ON closure FOR INSERT WITH CHECK (
    user_id = (SELECT acting_user()) OR (SELECT has_right('admin')) OR (SELECT acting_user()) IS NULL);
CREATE POLICY closure_change ON closure FOR UPDATE USING (
    user_id = (SELECT acting_user()) OR (SELECT has_right('admin')) OR (SELECT acting_user()) IS NULL);

-- The audit chain. Lines are written by one function only; nobody, the owner included, changes or removes one.
CREATE TABLE audit_line (
    id bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    by varchar(80) NOT NULL,
    role varchar(40) NOT NULL,
    kind varchar(40) NOT NULL,
    area_id bigint,
    facts text NOT NULL,
    previous bytea NOT NULL,
    seal bytea NOT NULL);

CREATE FUNCTION audit_seal(previous bytea, id bigint, at timestamptz, by text, role text, kind text,
                           area_id bigint, facts text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
$$ SELECT sha256(previous || convert_to(json_build_array(
       id, (extract(epoch FROM at) * 1000000)::bigint, by, role, kind, area_id, facts)::text, 'UTF8')) $$;

CREATE FUNCTION audit_write(at timestamptz, by text, role text, kind text, area_id bigint, facts text)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    last audit_line;
    next_id bigint;
    chain bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('audit_line'));
    SELECT * INTO last FROM audit_line l ORDER BY l.id DESC LIMIT 1;
    next_id := COALESCE(last.id, 0) + 1;
    chain := COALESCE(last.seal, '\x'::bytea);
    INSERT INTO audit_line VALUES (next_id, at, by, role, kind, area_id, facts, chain,
        audit_seal(chain, next_id, at, by, role, kind, area_id, facts));
    RETURN next_id;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER term_revision_rows BEFORE UPDATE OR DELETE ON term_revision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_line_rows BEFORE UPDATE OR DELETE ON audit_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_line_all BEFORE TRUNCATE ON audit_line
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY audit_read ON audit_line FOR SELECT USING (
    (area_id IS NULL AND (SELECT has_right('audit'))) OR area_id <@~ (SELECT areas_for('audit')));

GRANT USAGE ON SCHEMA public TO sibulou_app;
GRANT SELECT, INSERT, UPDATE ON subject, household, person, post, place, institution, area, area_code, seat,
    appointment, leave, account, closure TO sibulou_app;
GRANT SELECT ON audit_line, term_revision TO sibulou_app;
REVOKE ALL ON FUNCTION audit_write(timestamptz, text, text, text, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_write(timestamptz, text, text, text, bigint, text) TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;

-- The check of the chain, for auditors: recomputed as the owner, who sees every line; nothing of the lines is given out.
CREATE FUNCTION audit_check(OUT lines bigint, OUT broken_at bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT has_right('audit') THEN
        RAISE EXCEPTION 'checking the audit chain takes the right to audit' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT count(*), min(line.id) FILTER (WHERE line.seal <> line.expected OR line.previous <> line.before
                                          OR line.id <> line.place)
    INTO lines, broken_at
    FROM (SELECT l.id, l.seal, l.previous,
                 audit_seal(l.previous, l.id, l.at, l.by, l.role, l.kind, l.area_id, l.facts) AS expected,
                 lag(l.seal, 1, '\x'::bytea) OVER (ORDER BY l.id) AS before,
                 row_number() OVER (ORDER BY l.id) AS place
          FROM audit_line l) line;
END $$;
REVOKE ALL ON FUNCTION audit_check() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_check() TO sibulou_app;
