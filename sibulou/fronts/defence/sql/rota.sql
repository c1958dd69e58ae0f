-- Who can be put on duty, and the rosters. A unit is seen by whoever sees any area of its county: names of colleagues are
-- known to colleagues. Whoever keeps a post, or stands in a shift, sees its crew. See roster/sql/access.sql.

CREATE FUNCTION county_seen(area bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT int8multirange(int8range(area / 1000000000000 * 1000000000000, area / 1000000000000 * 1000000000000 + 1000000000000))
          && areas_for('gaps') $$;

CREATE PROCEDURE guard_people(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY people_add ON %s FOR INSERT WITH CHECK (area_id <@~ (SELECT areas_for(''roster'')))', part);
    EXECUTE format('CREATE POLICY people_change ON %s FOR UPDATE USING (area_id <@~ (SELECT areas_for(''roster'')))', part);
END $$;
CALL guard_people('unit');
CALL guard_people('member');
CALL guard_people('rota');
DROP PROCEDURE guard_people(regclass);

-- A shift: by whoever sees its post, or has it for a subject of his own. One's own by being in its
-- crew is asked of the standing, through a function of the owner's, since the two would else ask each other forever.
CREATE FUNCTION own_members() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE(array_agg(id), '{}') FROM member WHERE account_id = acting_user() AND until IS NULL $$;
CREATE FUNCTION own_shifts() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE(array_agg(DISTINCT t.shift_id), '{}') FROM standing t JOIN shift s ON s.id = t.shift_id
   WHERE t.member_id = ANY (own_members()) AND s.subject_id IS NOT NULL $$;

CREATE FUNCTION own_rotas() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE(array_agg(DISTINCT s.rota_id), '{}') FROM shift s
   WHERE s.subject_id IS NOT NULL AND (s.id = ANY (own_shifts()) OR s.post_id = ANY (own_subjects())) $$;

CREATE POLICY rota_read ON rota FOR SELECT USING (
    county_seen(area_id) OR id = ANY ((SELECT own_rotas())::bigint[]));

ALTER TABLE shift ENABLE ROW LEVEL SECURITY;
CREATE POLICY shift_read ON shift FOR SELECT USING (
    EXISTS (SELECT FROM subject s WHERE s.id = post_id) OR subject_id = ANY ((SELECT own_subjects())::bigint[])
    OR id = ANY ((SELECT own_shifts())::bigint[]));
CREATE POLICY shift_add ON shift FOR INSERT WITH CHECK (
    (SELECT has_right('roster')) AND EXISTS (SELECT FROM rota r WHERE r.id = rota_id));
CREATE POLICY shift_change ON shift FOR UPDATE USING ((SELECT has_right('roster')));

ALTER TABLE standing ENABLE ROW LEVEL SECURITY;
CREATE POLICY standing_read ON standing FOR SELECT USING (EXISTS (SELECT FROM shift s WHERE s.id = shift_id));
CREATE POLICY standing_add ON standing FOR INSERT WITH CHECK ((SELECT has_right('roster')));
CREATE POLICY standing_change ON standing FOR UPDATE USING ((SELECT has_right('roster')));
CREATE POLICY standing_take ON standing FOR DELETE USING (
    (SELECT has_right('roster')) AND EXISTS (SELECT FROM shift s WHERE s.id = shift_id AND s.subject_id IS NULL));

CREATE POLICY unit_read ON unit FOR SELECT USING (
    county_seen(area_id) OR EXISTS (SELECT FROM member m WHERE m.unit_id = unit.id));
CREATE POLICY member_read ON member FOR SELECT USING (
    county_seen(area_id) OR account_id = (SELECT acting_user()) OR EXISTS (SELECT FROM standing t WHERE t.member_id = member.id));

ALTER TABLE team ENABLE ROW LEVEL SECURITY;
CREATE POLICY team_read ON team FOR SELECT USING (EXISTS (SELECT FROM unit u WHERE u.id = unit_id));
CREATE POLICY team_add ON team FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND u.area_id <@~ (SELECT areas_for('roster'))));
CREATE POLICY team_change ON team FOR UPDATE USING (
    EXISTS (SELECT FROM unit u WHERE u.id = unit_id AND u.area_id <@~ (SELECT areas_for('roster'))));

CREATE PROCEDURE guard_by_member(part regclass, pointer text) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY part_read ON %s FOR SELECT USING (EXISTS (SELECT FROM member m WHERE m.id = %I))', part, pointer);
    EXECUTE format('CREATE POLICY part_add ON %s FOR INSERT WITH CHECK (EXISTS (SELECT FROM member m WHERE m.id = %I '
        'AND (m.area_id <@~ (SELECT areas_for(''roster'')) OR m.account_id = (SELECT acting_user()))))', part, pointer);
    EXECUTE format('CREATE POLICY part_change ON %s FOR UPDATE USING (EXISTS (SELECT FROM member m WHERE m.id = %I '
        'AND (m.area_id <@~ (SELECT areas_for(''roster'')) OR m.account_id = (SELECT acting_user()))))', part, pointer);
END $$;
CALL guard_by_member('absence', 'member_id');
CALL guard_by_member('kept_apart', 'one_id');
CALL guard_by_member('calendar_link', 'member_id');
DROP PROCEDURE guard_by_member(regclass, text);

ALTER TABLE swap ENABLE ROW LEVEL SECURITY;
CREATE POLICY swap_read ON swap FOR SELECT USING (EXISTS (SELECT FROM standing t WHERE t.id = standing_id)
    OR to_id = ANY ((SELECT own_members())::bigint[]));
CREATE POLICY swap_add ON swap FOR INSERT WITH CHECK (
    (SELECT has_right('roster'))
    OR EXISTS (SELECT FROM standing t WHERE t.id = standing_id AND t.member_id = ANY ((SELECT own_members())::bigint[])));
CREATE POLICY swap_change ON swap FOR UPDATE USING (
    (SELECT has_right('roster')) OR to_id = ANY ((SELECT own_members())::bigint[])
    OR EXISTS (SELECT FROM standing t WHERE t.id = standing_id AND t.member_id = ANY ((SELECT own_members())::bigint[])));

ALTER TABLE post_hours ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_read ON post_hours FOR SELECT USING (EXISTS (SELECT FROM subject s WHERE s.id = post_id));
CREATE POLICY part_add ON post_hours FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM subject s WHERE s.id = post_id AND s.area_id <@~ (SELECT areas_for('roster'))));
CREATE POLICY part_change ON post_hours FOR UPDATE USING (
    EXISTS (SELECT FROM subject s WHERE s.id = post_id AND s.area_id <@~ (SELECT areas_for('roster'))));

-- The calendar of a link is read by a program that signs in nowhere: by the link's own number alone.
GRANT SELECT, INSERT ON unit, team, member, kept_apart, absence, post_hours, rota, shift, standing, swap, calendar_link
    TO sibulou_app;
GRANT UPDATE (until, ended_by) ON unit, team, kept_apart, post_hours TO sibulou_app;
GRANT UPDATE (team_id, home_id, trade, skills, oath_on, no_nights, preferred, account_id, until, ended_by, end_reason) ON member
    TO sibulou_app;
GRANT UPDATE (until) ON absence TO sibulou_app;
GRANT UPDATE (found, published_at, published_by, dropped_at, dropped_by) ON rota TO sibulou_app;
GRANT UPDATE (subject_id) ON shift TO sibulou_app;
GRANT UPDATE (left_at, left_by, left_reason) ON standing TO sibulou_app;
GRANT DELETE ON standing TO sibulou_app;
GRANT UPDATE (answered_at, answered_by, accepted) ON swap TO sibulou_app;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON calendar_link TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
