-- The flow card: read by everyone who signs in, published by whoever may record for the whole county; never changed.
-- See roster/sql/access.sql for the settings.

ALTER TABLE step_card ENABLE ROW LEVEL SECURITY;
CREATE POLICY card_read ON step_card FOR SELECT USING (true);
CREATE POLICY card_add ON step_card FOR INSERT WITH CHECK (area_id <@~ (SELECT areas_for('record')));

GRANT SELECT, INSERT ON step_card TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
