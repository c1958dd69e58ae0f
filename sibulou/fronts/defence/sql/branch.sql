-- The life of posts and the branches that lead them: seen with the post, changed with the roster.
-- See roster/sql/access.sql for the settings.

CREATE PROCEDURE guard_by_post(part regclass) LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', part);
    EXECUTE format('CREATE POLICY part_read ON %s FOR SELECT USING (EXISTS (SELECT FROM subject s WHERE s.id = post_id))', part);
    EXECUTE format('CREATE POLICY part_add ON %s FOR INSERT WITH CHECK (EXISTS (SELECT FROM subject s '
        'WHERE s.id = post_id AND s.area_id <@~ (SELECT areas_for(''roster''))))', part);
    EXECUTE format('CREATE POLICY part_change ON %s FOR UPDATE USING (EXISTS (SELECT FROM subject s '
        'WHERE s.id = post_id AND s.area_id <@~ (SELECT areas_for(''roster''))))', part);
END $$;
CALL guard_by_post('post_step');
CALL guard_by_post('post_leading');
CALL guard_by_post('joint_post');
DROP PROCEDURE guard_by_post(regclass);

ALTER TABLE branch ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_read ON branch FOR SELECT USING (EXISTS (SELECT FROM subject s WHERE s.id = subject_id));
CREATE POLICY part_add ON branch FOR INSERT WITH CHECK (EXISTS (SELECT FROM subject s
    WHERE s.id = subject_id AND s.area_id <@~ (SELECT areas_for('roster'))));

-- When each post is open: from its opening on, without the time it was suspended, until it is withdrawn.
CREATE VIEW post_open WITH (security_invoker) AS
SELECT p.subject_id AS post_id, s.area_id, p.kind,
       unnest(tstzmultirange(tstzrange(p.opened_at, CASE WHEN s.until IS NOT NULL THEN GREATEST(p.opened_at, s.until) END))
              - COALESCE((SELECT range_agg(tstzrange(x.at, x.next)) FROM (
                    SELECT step, at, lead(at) OVER (ORDER BY at, id) AS next FROM post_step
                    WHERE post_id = p.subject_id) x WHERE x.step = 'suspended'), '{}')) AS during
FROM post p JOIN subject s ON s.id = p.subject_id
WHERE p.opened_at IS NOT NULL;

GRANT SELECT ON post_open TO sibulou_app;
GRANT SELECT, INSERT ON post_step, branch, post_leading, joint_post TO sibulou_app;
GRANT UPDATE (until, ended_by) ON post_leading, joint_post TO sibulou_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO sibulou_app;
