-- Passages are searched by whoever may see people there, and at his own post by its head; the intake keeps them.
-- See roster/sql/access.sql for the settings.

ALTER TABLE passage ENABLE ROW LEVEL SECURITY;
CREATE POLICY passage_read ON passage FOR SELECT USING (
    area_id <@~ (SELECT areas_for('people')) OR post_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY passage_add ON passage FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));
CREATE POLICY passage_gone ON passage FOR DELETE USING (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));

-- A copy of what records say: changed by a later record only, never in place.
GRANT SELECT, INSERT, DELETE ON passage TO sibulou_app;
