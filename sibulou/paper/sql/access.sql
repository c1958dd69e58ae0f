-- Sheets name people: for whoever sees people where they lie, for the keeper of their subject, and for whoever drew them
-- up. See roster/sql/access.sql for the settings.
ALTER TABLE paper_sheet ENABLE ROW LEVEL SECURITY;
CREATE POLICY sheet_read ON paper_sheet FOR SELECT USING (
    area_id <@~ (SELECT areas_for('people'))
    OR (kind = 'shift' AND area_id <@~ (SELECT areas_for('record')))
    OR subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY sheet_add ON paper_sheet FOR INSERT WITH CHECK (
    area_id <@~ (SELECT areas_for('record')) OR subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY sheet_change ON paper_sheet FOR UPDATE USING (
    area_id <@~ (SELECT areas_for('record')) OR subject_id = ANY ((SELECT own_subjects())::bigint[]));

ALTER TABLE paper_row ENABLE ROW LEVEL SECURITY;
CREATE POLICY row_read ON paper_row FOR SELECT USING (
    EXISTS (SELECT FROM paper_sheet s WHERE s.id = sheet_id));
CREATE POLICY row_add ON paper_row FOR INSERT WITH CHECK (
    EXISTS (SELECT FROM paper_sheet s WHERE s.id = sheet_id));
CREATE POLICY row_change ON paper_row FOR UPDATE USING (
    EXISTS (SELECT FROM paper_sheet s WHERE s.id = sheet_id
            AND (s.area_id <@~ (SELECT areas_for('record')) OR s.subject_id = ANY ((SELECT own_subjects())::bigint[]))));

GRANT SELECT, INSERT ON paper_sheet, paper_row TO sibulou_app;
GRANT UPDATE (copies) ON paper_sheet TO sibulou_app;
GRANT UPDATE (record, became, settled_at, settled_by) ON paper_row TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
