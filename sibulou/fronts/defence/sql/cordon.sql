-- The roads of a county are read by everyone who sees its gaps; its roster is what they are changed with.
-- See roster/sql/access.sql for the settings.

CREATE PROCEDURE guard_roads(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY roads_add ON %s FOR INSERT WITH CHECK (area_id <@~ (SELECT areas_for(''roster'')))', part);
    EXECUTE format('CREATE POLICY roads_change ON %s FOR UPDATE USING (area_id <@~ (SELECT areas_for(''roster'')))', part);
END $$;
CALL guard_roads('road_network');
CALL guard_roads('local_road');
CALL guard_roads('road_seal');
DROP PROCEDURE guard_roads(regclass);

-- A network is of a whole county, and a township looks at its own part of it: seen by whoever sees any area of the county.
CREATE POLICY roads_read ON road_network FOR SELECT USING (
    int8multirange(int8range(area_id, area_id + 1000000000000)) && (SELECT areas_for('gaps')));
CREATE POLICY roads_read ON local_road FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps'))
    OR EXISTS (SELECT FROM road_network n WHERE n.area_id = local_road.area_id / 1000000000000 * 1000000000000));
CREATE POLICY roads_read ON road_seal FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps'))
    OR EXISTS (SELECT FROM road_network n WHERE n.area_id = road_seal.area_id / 1000000000000 * 1000000000000));

CREATE PROCEDURE guard_by_network(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY part_read ON %s FOR SELECT USING (network_id IN (SELECT id FROM road_network))', part);
    EXECUTE format('CREATE POLICY part_add ON %s FOR INSERT WITH CHECK ((SELECT has_right(''roster'')) AND '
        'network_id IN (SELECT id FROM road_network))', part);
END $$;
CALL guard_by_network('road_node');
CALL guard_by_network('road');
DROP PROCEDURE guard_by_network(regclass);

-- Where something stands is seen and changed by whoever sees and changes it.
ALTER TABLE whereabouts ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_read ON whereabouts FOR SELECT USING (subject_id IN (SELECT id FROM subject WHERE kind IN ('post', 'area')));
CREATE POLICY part_add ON whereabouts FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM subject s WHERE s.id = subject_id AND s.area_id <@~ (SELECT areas_for('roster'))));

GRANT SELECT, INSERT ON road_network, road_node, road, whereabouts TO sibulou_app;
GRANT SELECT, INSERT ON local_road, road_seal TO sibulou_app;
GRANT UPDATE (until, ended_by, end_reason) ON local_road, road_seal TO sibulou_app;
GRANT UPDATE (granted_at, granted_by) ON road_seal TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
