-- Messages are each user's own; channels and what became of them, the administrator's. See roster/sql/access.sql.

ALTER TABLE message ENABLE ROW LEVEL SECURITY;
CREATE POLICY message_own ON message FOR SELECT USING (
    user_id = (SELECT acting_user()) OR ((SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record'))));
CREATE POLICY message_add ON message FOR INSERT WITH CHECK (
    (SELECT acting_user()) IS NULL AND area_id <@~ (SELECT areas_for('record')));
CREATE POLICY message_seen ON message FOR UPDATE USING (user_id = (SELECT acting_user()));

ALTER TABLE message_preference ENABLE ROW LEVEL SECURITY;
CREATE POLICY preference_read ON message_preference FOR SELECT USING (
    user_id = (SELECT acting_user()) OR ((SELECT acting_user()) IS NULL AND (SELECT has_right('admin'))));
CREATE POLICY preference_add ON message_preference FOR INSERT WITH CHECK (user_id = (SELECT acting_user()));
CREATE POLICY preference_change ON message_preference FOR UPDATE USING (user_id = (SELECT acting_user()));

CREATE PROCEDURE guard_channel(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY admin_all ON %s USING (area_id <@~ (SELECT areas_for(''admin'')))', part);
END $$;
CALL guard_channel('message_host');
CALL guard_channel('message_channel');
CALL guard_channel('message_delivery');
DROP PROCEDURE guard_channel(regclass);

ALTER TABLE message_recipient ENABLE ROW LEVEL SECURITY;
CREATE POLICY by_channel ON message_recipient USING (EXISTS (SELECT FROM message_channel c WHERE c.id = channel_id));

ALTER TABLE message_progress ENABLE ROW LEVEL SECURITY;
CREATE POLICY clockwork ON message_progress USING (
    (SELECT acting_user()) IS NULL AND (SELECT has_right('record')));

-- The last message there is: a channel switched on begins after it. Runs as the owner: whoever switches it on sees his own.
CREATE FUNCTION last_message() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE(max(id), 0) FROM message $$;

-- What was sent is never changed, and for a month by nobody deleted; `prune_messages` alone deletes what is older.
CREATE TRIGGER message_delivery_rows BEFORE UPDATE ON message_delivery FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER message_delivery_kept BEFORE DELETE ON message_delivery
    FOR EACH ROW WHEN (OLD.tried_at > CURRENT_TIMESTAMP - interval '30 days') EXECUTE FUNCTION refuse_change();

-- Deletes messages and deliveries from before a moment, which lies a month back at least; gives how many of both.
CREATE FUNCTION prune_messages(before timestamptz) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH till AS (SELECT LEAST(before, CURRENT_TIMESTAMP - interval '30 days') AS at),
         told AS (DELETE FROM message USING till WHERE told_at < till.at RETURNING 1),
         sent AS (DELETE FROM message_delivery USING till WHERE tried_at < till.at RETURNING 1)
    SELECT (SELECT count(*) FROM told) + (SELECT count(*) FROM sent) $$;

-- The tellings and the gaps since a moment: of all steps, and of every area without reading what is not due.
CREATE INDEX climb_told_at ON climb (told_at);

GRANT SELECT, INSERT ON message, message_delivery TO sibulou_app;
GRANT UPDATE (seen_at) ON message TO sibulou_app;
GRANT SELECT, INSERT, UPDATE ON message_progress, message_channel, message_recipient, message_preference TO sibulou_app;
GRANT SELECT, INSERT, DELETE ON message_host TO sibulou_app;
REVOKE ALL ON FUNCTION last_message() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION last_message() TO sibulou_app;
REVOKE ALL ON FUNCTION prune_messages(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_messages(timestamptz) TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
