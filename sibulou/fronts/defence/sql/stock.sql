-- Supplies are seen with the place that keeps them; the intake keeps the lines. See roster/sql/access.sql.

ALTER TABLE stock_line ENABLE ROW LEVEL SECURITY;
CREATE POLICY stock_read ON stock_line FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps')) OR place_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY stock_add ON stock_line FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));
CREATE POLICY stock_gone ON stock_line FOR DELETE USING (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));

-- A copy of what records say: changed by a later record only, never in place.
GRANT SELECT, INSERT, DELETE ON stock_line TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
