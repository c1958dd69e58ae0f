-- The kernel's rows, by area; a seat's own obligations wherever they lie. See roster/sql/access.sql for the settings.

CREATE PROCEDURE guard_by_area(part regclass, read_right text, write_right text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY area_read ON %s FOR SELECT USING ('
        'area_id <@~ (SELECT areas_for(%L)))', part, read_right);
    EXECUTE format('CREATE POLICY area_add ON %s FOR INSERT WITH CHECK ('
        'area_id <@~ (SELECT areas_for(%L)))', part, write_right);
    EXECUTE format('CREATE POLICY area_change ON %s FOR UPDATE USING ('
        'area_id <@~ (SELECT areas_for(%L)))', part, write_right);
END $$;
CALL guard_by_area('obligation', 'gaps', 'record');
CALL guard_by_area('record', 'gaps', 'record');
CALL guard_by_area('waiver', 'gaps', 'record');
CALL guard_by_area('climb', 'gaps', 'record');
CALL guard_by_area('watch', 'people', 'record');
CALL guard_by_area('duty_note', 'gaps', 'record');
DROP PROCEDURE guard_by_area(regclass, text, text);

-- Most readers reach one range of areas; whether a row lies in the first is two comparisons, for hundreds of thousands of
-- rows a sixth less work than the question to the whole reach that follows.
DROP POLICY area_read ON obligation;
CREATE POLICY area_read ON obligation FOR SELECT USING (
    (area_id >= (SELECT lower(first_area('gaps'))) AND area_id < (SELECT upper(first_area('gaps'))))
    OR area_id <@~ (SELECT areas_for('gaps')) OR seat_id = ANY ((SELECT own_seats())::bigint[]));

-- What a record tells of people is for those who may see people, for who told it, and for its subject's guard.
DROP POLICY area_read ON record;
CREATE POLICY area_read ON record FOR SELECT USING (
    area_id <@~ (SELECT areas_for('people'))
    OR told_by_id = (SELECT acting_user())
    OR subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY own_subject ON record FOR INSERT WITH CHECK (
    subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY own_subject ON waiver FOR SELECT USING (asked_by_id = (SELECT acting_user()));
CREATE POLICY own_seat ON waiver FOR INSERT WITH CHECK (asked_by_id = (SELECT acting_user()) AND granted_at IS NULL
    AND EXISTS (SELECT FROM obligation o WHERE o.id = about_id AND o.seat_id = ANY ((SELECT own_seats())::bigint[])));
CREATE POLICY own_subject ON watch FOR SELECT USING (subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY own_seat ON climb FOR SELECT USING (seat_id = ANY ((SELECT own_seats())::bigint[]));

ALTER TABLE refusal ENABLE ROW LEVEL SECURITY;
CREATE POLICY refusal_read ON refusal FOR SELECT USING (
    told_by_id = (SELECT acting_user())
    OR area_id <@~ (SELECT areas_for('people')));
CREATE POLICY refusal_add ON refusal FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NOT NULL OR (SELECT has_right('record')));
CREATE POLICY refusal_change ON refusal FOR UPDATE USING (
    told_by_id = (SELECT acting_user())
    OR area_id <@~ (SELECT areas_for('people')));

ALTER TABLE revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY revision_read ON revision FOR SELECT USING (
    EXISTS (SELECT FROM obligation o WHERE o.id = obligation_id));
CREATE POLICY revision_add ON revision FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM obligation o WHERE o.id = obligation_id));

ALTER TABLE stay ENABLE ROW LEVEL SECURITY;
CREATE POLICY stay_read ON stay FOR SELECT USING (
    EXISTS (SELECT FROM obligation o WHERE o.id = obligation_id));
CREATE POLICY stay_add ON stay FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM obligation o WHERE o.id = obligation_id));

-- What followed its subject after a moment, where it lay until then and as it was known at another. Runs as the owner:
-- what lies in another village now was this one's then, and stands in its past board as it stood.
CREATE FUNCTION moved_since(heard timestamptz, known timestamptz)
RETURNS TABLE (id bigint, duty_id integer, subject_id bigint, area_id bigint, seat_id bigint, opened_at timestamptz,
               due_at timestamptz, tell_at timestamptz, met_at timestamptz, known_at timestamptz, waived_at timestamptz,
               waived_until timestamptz)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp ROWS 100 AS $$
SELECT o.id, o.duty_id, o.subject_id, lay.area_id, lay.seat_id, o.opened_at, o.due_at, o.tell_at,
       CASE WHEN r.id IS NULL THEN o.met_at ELSE r.met_at END, CASE WHEN r.id IS NULL THEN o.known_at ELSE r.known_at END,
       CASE WHEN w.id IS NULL THEN o.waived_at ELSE w.waived_at END,
       CASE WHEN w.id IS NULL THEN o.waived_until ELSE w.waived_until END
FROM (SELECT DISTINCT ON (s.obligation_id) s.obligation_id, s.area_id, s.seat_id FROM stay s WHERE s.until > heard
      ORDER BY s.obligation_id, s.until, s.id) lay
JOIN obligation o ON o.id = lay.obligation_id
LEFT JOIN LATERAL (SELECT * FROM revision r WHERE r.obligation_id = o.id AND r.changed_at > known
                   ORDER BY r.changed_at, r.id LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT * FROM revision w WHERE w.obligation_id = o.id AND w.changed_at > heard
                   ORDER BY w.changed_at, w.id LIMIT 1) w ON true
WHERE (lay.area_id <@ (SELECT areas_for('gaps')) OR lay.seat_id = ANY ((SELECT own_seats())::bigint[]))
  AND (o.heard_at IS NULL OR o.heard_at <= known)
$$;
REVOKE ALL ON FUNCTION moved_since(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION moved_since(timestamptz, timestamptz) TO sibulou_app;

-- Every change of a watch's end leaves what the end was before, as with terms (roster/sql/access.sql).
CREATE FUNCTION keep_watch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO watch_revision (watch_id, changed_at, ended_at)
    VALUES (NEW.id, COALESCE(NEW.until_entered_at, NEW.ended_at, OLD.ended_at), OLD.ended_at);
    RETURN NULL;
END $$;
CREATE TRIGGER watch_end AFTER UPDATE OF ended_at ON watch FOR EACH ROW
    WHEN (OLD.ended_at IS DISTINCT FROM NEW.ended_at) EXECUTE FUNCTION keep_watch();
ALTER TABLE watch_revision ENABLE ROW LEVEL SECURITY;
CREATE POLICY watch_revision_read ON watch_revision FOR SELECT USING (
    EXISTS (SELECT FROM watch w WHERE w.id = watch_id));

-- What is in force is read by everyone who signs in; pressing the start key takes its right.
CREATE PROCEDURE guard_force(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY force_read ON %s FOR SELECT USING (true)', part);
    EXECUTE format('CREATE POLICY force_add ON %s FOR INSERT WITH CHECK ((SELECT has_right(''activate'')))', part);
    EXECUTE format('CREATE POLICY force_change ON %s FOR UPDATE USING ((SELECT has_right(''activate'')))', part);
END $$;
CALL guard_force('plan_version');
CALL guard_force('duty');
CALL guard_force('event');
CALL guard_force('stage');
CALL guard_force('strictness');
DROP PROCEDURE guard_force(regclass);

-- The field record is append-only for everybody, the owner included, until the legal erasure.
CREATE TRIGGER record_rows BEFORE UPDATE OR DELETE ON record FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER record_all BEFORE TRUNCATE ON record FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER revision_rows BEFORE UPDATE OR DELETE ON revision FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER stay_rows BEFORE UPDATE OR DELETE ON stay FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER watch_revision_rows BEFORE UPDATE OR DELETE ON watch_revision
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER climb_rows BEFORE UPDATE OR DELETE ON climb FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- An obligation changes its area only to follow its subject there.
CREATE FUNCTION follows_its_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM subject s WHERE s.id = NEW.subject_id AND s.area_id = NEW.area_id) THEN
        RAISE EXCEPTION 'obligation % does not follow its subject to area %', NEW.id, NEW.area_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER obligation_area BEFORE UPDATE OF area_id ON obligation
    FOR EACH ROW WHEN (NEW.area_id <> OLD.area_id) EXECUTE FUNCTION follows_its_subject();

-- What was opened ahead and has not begun may be taken back when another timing holds from then on (a level, a
-- stricter township, a stand-down). It was in no total yet, and nobody has touched it.
CREATE FUNCTION unplan(of_event bigint, since timestamptz, of_duty integer, low bigint, high bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH gone AS (
    DELETE FROM obligation o USING stage s
    WHERE s.id = o.stage_id AND s.event_id = of_event AND o.opened_at >= since AND o.opened_by IS NULL
      AND (of_duty IS NULL OR o.duty_id = of_duty) AND o.area_id >= low AND o.area_id < high
      AND o.area_id <@ areas_for('activate')
      AND o.met_at IS NULL AND o.waiver_id IS NULL
      AND NOT EXISTS (SELECT FROM climb c WHERE c.obligation_id = o.id)
      AND NOT EXISTS (SELECT FROM revision r WHERE r.obligation_id = o.id)
      AND NOT EXISTS (SELECT FROM waiver w WHERE w.about_id = o.id)
    RETURNING 1)
SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION unplan(bigint, timestamptz, integer, bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unplan(bigint, timestamptz, integer, bigint, bigint) TO sibulou_app;

-- One index carries every list, count and board; a second holds what is settled, for the books; a third finds what one
-- seat, or a vacant one, still owes; a small one what was met late, for moments past.
CREATE INDEX obligation_open ON obligation (area_id, due_at)
    INCLUDE (id, duty_id, seat_id, subject_id, opened_at, tell_at, heard_at, waived_at, waived_until) WHERE met_at IS NULL;
CREATE INDEX obligation_settled ON obligation (area_id, duty_id)
    INCLUDE (id, seat_id, opened_at, due_at, heard_at, met_at, known_at, waived_at, waived_until) WHERE met_at IS NOT NULL;
CREATE INDEX obligation_late ON obligation (area_id, due_at)
    INCLUDE (id, duty_id, seat_id, subject_id, opened_at, tell_at, heard_at, met_at, known_at, waived_at, waived_until)
    WHERE met_at > due_at OR known_at > due_at;
CREATE INDEX obligation_seat_open ON obligation (seat_id, due_at) WHERE met_at IS NULL;
CREATE INDEX climb_above ON climb (told_at) WHERE step > 0;
CREATE INDEX obligation_climb ON obligation (next_climb_at) WHERE met_at IS NULL AND next_climb_at IS NOT NULL;
CREATE INDEX obligation_opened_by ON obligation (opened_by) WHERE opened_by IS NOT NULL;
ALTER TABLE obligation SET (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01);

GRANT SELECT ON watch_revision TO sibulou_app;
GRANT SELECT, INSERT ON obligation, record, climb, revision, stay, plan_version TO sibulou_app;
GRANT SELECT, INSERT, UPDATE ON waiver, watch, duty_note, refusal, duty, event, stage, strictness TO sibulou_app;
GRANT UPDATE (area_id, seat_id, met_at, known_at, met_by, waiver_id, waived_at, waived_until, next_climb_at, climbed)
    ON obligation TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;

-- What the shell's own parts keep: sessions, failed sign-ins, second factors, jobs.
DO $$
DECLARE part text;
BEGIN
    FOR part IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND (tablename LIKE 'axes\_%' OR tablename LIKE 'otp\_%' OR tablename LIKE 'procrastinate\_%'
             OR tablename IN ('django_session', 'django_content_type', 'django_migrations')) LOOP
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sibulou_app', part);
    END LOOP;
    REVOKE INSERT, UPDATE, DELETE ON django_migrations, django_content_type FROM sibulou_app;
END $$;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
