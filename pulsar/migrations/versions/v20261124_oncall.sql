CREATE TABLE schedules (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    team_id UUID,
    warn_about_gaps BOOLEAN NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_schedules PRIMARY KEY (org_id, id),
    CONSTRAINT fk_schedules_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id) ON DELETE SET NULL (team_id)
);

CREATE UNIQUE INDEX uq_schedules_name ON schedules (org_id, lower(name));

CREATE TABLE rotations (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    rotation_type TEXT NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rotations PRIMARY KEY (org_id, id),
    CONSTRAINT fk_rotations_org_id_schedule_id FOREIGN KEY(org_id, schedule_id) REFERENCES schedules (org_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_rotations_rotation_type CHECK (rotation_type IN ('daily','weekly','custom'))
);

CREATE INDEX ix_rotations_schedule ON rotations (org_id, schedule_id);

CREATE TABLE rotation_revisions (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    rotation_id UUID NOT NULL,
    effective_at TIMESTAMP WITH TIME ZONE,
    plan JSONB,
    created_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rotation_revisions PRIMARY KEY (org_id, id),
    CONSTRAINT fk_rotation_revisions_org_id_rotation_id FOREIGN KEY(org_id, rotation_id) REFERENCES rotations (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_rotation_revisions_org_id_created_by FOREIGN KEY(org_id, created_by) REFERENCES memberships (org_id, user_id),
    CONSTRAINT uq_rotation_revisions_org_id_rotation_id_effective_at UNIQUE NULLS NOT DISTINCT (org_id, rotation_id, effective_at)
);

CREATE TABLE overrides (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    rotation_id UUID,
    user_id UUID NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    note TEXT NOT NULL,
    created_by UUID,
    cover_request_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_overrides PRIMARY KEY (org_id, id),
    CONSTRAINT fk_overrides_org_id_schedule_id FOREIGN KEY(org_id, schedule_id) REFERENCES schedules (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_overrides_org_id_rotation_id FOREIGN KEY(org_id, rotation_id) REFERENCES rotations (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_overrides_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id),
    CONSTRAINT fk_overrides_org_id_created_by FOREIGN KEY(org_id, created_by) REFERENCES memberships (org_id, user_id),
    CONSTRAINT ck_overrides_span CHECK (ends_at > starts_at)
);

CREATE INDEX ix_overrides_schedule ON overrides (org_id, schedule_id, ends_at);

ALTER TABLE schedules ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON schedules TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE rotations ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON rotations TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE rotation_revisions ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON rotation_revisions TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid);

ALTER TABLE overrides ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_organization ON overrides TO pulsar_app USING (org_id = current_setting('pulsar.org')::uuid);

GRANT SELECT, INSERT, UPDATE, DELETE ON schedules, rotations, rotation_revisions, overrides TO pulsar_app;

ALTER TABLE escalation_targets ADD COLUMN schedule_id UUID;

ALTER TABLE escalation_targets
    DROP CONSTRAINT ck_escalation_targets_one_target,
    ADD CONSTRAINT ck_escalation_targets_one_target CHECK (num_nonnulls(user_id, team_id, schedule_id) = 1),
    ADD CONSTRAINT fk_escalation_targets_org_id_schedule_id
        FOREIGN KEY(org_id, schedule_id) REFERENCES schedules (org_id, id);

CREATE UNIQUE INDEX uq_escalation_targets_schedule ON escalation_targets (org_id, rule_id, schedule_id);
