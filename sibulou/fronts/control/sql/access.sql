-- An order is read where it was sent from and by whoever it was sent to; only the intake keeps one.
-- See roster/sql/access.sql for the settings.

ALTER TABLE order_addressee ENABLE ROW LEVEL SECURITY;
CREATE POLICY addressee_read ON order_addressee FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps')) OR subject_id = ANY ((SELECT own_subjects())::bigint[]));
CREATE POLICY addressee_add ON order_addressee FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));

ALTER TABLE sent_order ENABLE ROW LEVEL SECURITY;
CREATE POLICY order_read ON sent_order FOR SELECT USING (
    area_id <@~ (SELECT areas_for('gaps'))
    OR EXISTS (SELECT FROM order_addressee a WHERE a.order_id = sent_order.id));
CREATE POLICY order_add ON sent_order FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));

GRANT SELECT, INSERT ON sent_order, order_addressee TO sibulou_app;
