CREATE TABLE events (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    number BIGINT NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    subject_type TEXT NOT NULL,
    subject_id UUID NOT NULL,
    actor_type TEXT NOT NULL,
    actor_id UUID,
    actor_name TEXT NOT NULL,
    data JSONB NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (org_id, number)
);

CREATE INDEX ix_events_subject ON events (org_id, subject_id, number);

CREATE TABLE counters (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    CONSTRAINT pk_counters PRIMARY KEY (org_id, name)
);

CREATE TABLE organizations (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    settings JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_organizations PRIMARY KEY (id),
    CONSTRAINT uq_organizations_slug UNIQUE (slug)
);

CREATE TABLE users (
    id UUID NOT NULL,
    email TEXT NOT NULL,
    username TEXT NOT NULL,
    full_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_users_email ON users (lower(email));

CREATE UNIQUE INDEX uq_users_username ON users (lower(username));

CREATE TABLE login_failures (
    id UUID NOT NULL,
    bucket TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_login_failures PRIMARY KEY (id)
);

CREATE INDEX ix_login_failures_bucket ON login_failures (bucket, at);

CREATE TABLE channels (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    channel_type TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    config JSONB NOT NULL,
    secrets BYTEA,
    last_success_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    last_error_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_channels PRIMARY KEY (org_id, id)
);

CREATE UNIQUE INDEX uq_channels_name ON channels (org_id, lower(name));

CREATE TABLE escalation_policies (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    repeat_count INTEGER NOT NULL,
    repeat_delay INTERVAL NOT NULL,
    ladder JSONB NOT NULL,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_escalation_policies PRIMARY KEY (org_id, id),
    CONSTRAINT ck_escalation_policies_repeat_count CHECK (repeat_count BETWEEN 0 AND 100)
);

CREATE UNIQUE INDEX uq_escalation_policies_name ON escalation_policies (org_id, lower(name));

CREATE UNIQUE INDEX uq_escalation_policies_default ON escalation_policies (org_id) WHERE is_default;

CREATE TABLE escalations (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    subject_id UUID NOT NULL,
    subject JSONB NOT NULL,
    policy_id UUID,
    policy_name TEXT,
    ladder JSONB NOT NULL,
    generation INTEGER NOT NULL,
    status TEXT NOT NULL,
    acknowledged BOOLEAN NOT NULL,
    cycle INTEGER NOT NULL,
    position INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    reached_anybody BOOLEAN NOT NULL,
    fired JSONB NOT NULL,
    fault TEXT,
    stopped_reason TEXT,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_escalations PRIMARY KEY (org_id, id),
    CONSTRAINT ck_escalations_status CHECK (status IN ('running','stopped','completed'))
);

CREATE UNIQUE INDEX uq_escalations_subject ON escalations (org_id, subject_id);

CREATE INDEX ix_escalations_fault ON escalations (started_at) WHERE fault IS NOT NULL;

CREATE INDEX ix_escalations_due ON escalations (next_at) WHERE status = 'running';

CREATE INDEX ix_escalations_policy ON escalations (org_id, policy_id) WHERE status = 'running';

CREATE TABLE tickets (
    ticket_hash BYTEA NOT NULL,
    user_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_tickets PRIMARY KEY (ticket_hash)
);

CREATE INDEX ix_tickets_expires_at ON tickets (expires_at);

CREATE TABLE workers (
    id UUID NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    version TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    mended BIGINT NOT NULL,
    CONSTRAINT pk_workers PRIMARY KEY (id)
);

CREATE TABLE installation (
    only_row BOOLEAN DEFAULT 'true' NOT NULL,
    key_fingerprint TEXT NOT NULL,
    CONSTRAINT pk_installation PRIMARY KEY (only_row),
    CONSTRAINT ck_installation_only_row CHECK (only_row)
);

CREATE TABLE memberships (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (org_id, user_id),
    CONSTRAINT ck_memberships_role CHECK (role IN ('viewer','member','admin','owner')),
    CONSTRAINT fk_memberships_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE INDEX ix_memberships_user_id ON memberships (user_id);

CREATE TABLE refresh_tokens (
    id UUID NOT NULL,
    family_id UUID NOT NULL,
    user_id UUID NOT NULL,
    organization_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rotated_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (id),
    CONSTRAINT fk_refresh_tokens_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT uq_refresh_tokens_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE INDEX ix_refresh_tokens_user_id ON refresh_tokens (user_id);

CREATE INDEX ix_refresh_tokens_family_id ON refresh_tokens (family_id);

CREATE TABLE teams (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    escalation_policy_id UUID,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_teams PRIMARY KEY (org_id, id),
    CONSTRAINT fk_teams_org_id_escalation_policy_id FOREIGN KEY(org_id, escalation_policy_id) REFERENCES escalation_policies (org_id, id)
);

CREATE UNIQUE INDEX uq_teams_name ON teams (org_id, lower(name));

CREATE TABLE escalation_rules (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    policy_id UUID NOT NULL,
    position INTEGER NOT NULL,
    delay INTERVAL NOT NULL,
    condition TEXT NOT NULL,
    CONSTRAINT pk_escalation_rules PRIMARY KEY (org_id, id),
    CONSTRAINT fk_escalation_rules_org_id_policy_id FOREIGN KEY(org_id, policy_id) REFERENCES escalation_policies (org_id, id) ON DELETE CASCADE,
    CONSTRAINT uq_escalation_rules_org_id_policy_id_position UNIQUE (org_id, policy_id, position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT ck_escalation_rules_condition CHECK (condition IN ('not_acknowledged','not_closed'))
);

CREATE TABLE team_members (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    team_id UUID NOT NULL,
    user_id UUID NOT NULL,
    role TEXT NOT NULL,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_team_members PRIMARY KEY (org_id, team_id, user_id),
    CONSTRAINT fk_team_members_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_team_members_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id),
    CONSTRAINT ck_team_members_role CHECK (role IN ('lead','member'))
);

CREATE TABLE notifications (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    key TEXT NOT NULL,
    purpose TEXT NOT NULL,
    subject_id UUID,
    user_id UUID,
    channel_id UUID NOT NULL,
    channel_name TEXT NOT NULL,
    channel_type TEXT NOT NULL,
    level INTEGER,
    cycle INTEGER,
    content JSONB NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    tries INTEGER NOT NULL,
    next_attempt_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_notifications PRIMARY KEY (org_id, id),
    CONSTRAINT ck_notifications_status CHECK (status IN ('pending','sending','sent','failed','cancelled')),
    CONSTRAINT fk_notifications_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id)
);

CREATE INDEX ix_notifications_due ON notifications (next_attempt_at) WHERE status IN ('pending','sending');

CREATE UNIQUE INDEX uq_notifications_key ON notifications (org_id, key);

CREATE INDEX ix_notifications_subject ON notifications (org_id, subject_id, created_at);

CREATE INDEX ix_notifications_user ON notifications (org_id, user_id, created_at);

CREATE TABLE escalation_targets (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    rule_id UUID NOT NULL,
    user_id UUID,
    team_id UUID,
    CONSTRAINT pk_escalation_targets PRIMARY KEY (org_id, id),
    CONSTRAINT fk_escalation_targets_org_id_rule_id FOREIGN KEY(org_id, rule_id) REFERENCES escalation_rules (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_escalation_targets_org_id_user_id FOREIGN KEY(org_id, user_id) REFERENCES memberships (org_id, user_id),
    CONSTRAINT fk_escalation_targets_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id),
    CONSTRAINT ck_escalation_targets_one_target CHECK (num_nonnulls(user_id, team_id) = 1)
);

CREATE UNIQUE INDEX uq_escalation_targets_user ON escalation_targets (org_id, rule_id, user_id);

CREATE UNIQUE INDEX uq_escalation_targets_team ON escalation_targets (org_id, rule_id, team_id);

CREATE TABLE alerts (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    alias TEXT NOT NULL,
    message TEXT NOT NULL,
    description TEXT NOT NULL,
    priority TEXT NOT NULL,
    status TEXT NOT NULL,
    source TEXT NOT NULL,
    entity TEXT NOT NULL,
    tags TEXT[] NOT NULL,
    details JSONB NOT NULL,
    count INTEGER NOT NULL,
    integration_id UUID,
    integration_policy_id UUID,
    escalation_policy_id UUID,
    assigned_to_user_id UUID,
    assigned_to_team_id UUID,
    acknowledged_at TIMESTAMP WITH TIME ZONE,
    acknowledged_by_user_id UUID,
    snoozed_until TIMESTAMP WITH TIME ZONE,
    closed_at TIMESTAMP WITH TIME ZONE,
    closed_by_user_id UUID,
    close_reason TEXT,
    last_occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    search TSVECTOR GENERATED ALWAYS AS (to_tsvector('simple', translate(message || ' ' || left(description, 5000) || ' ' || alias || ' ' || source || ' ' || entity, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))) STORED NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_alerts PRIMARY KEY (org_id, id),
    CONSTRAINT ck_alerts_priority CHECK (priority IN ('P1','P2','P3','P4','P5')),
    CONSTRAINT ck_alerts_status CHECK (status IN ('open','acknowledged','snoozed','closed')),
    CONSTRAINT ck_alerts_one_assignee CHECK (num_nonnulls(assigned_to_user_id, assigned_to_team_id) <= 1),
    CONSTRAINT fk_alerts_org_id_assigned_to_user_id FOREIGN KEY(org_id, assigned_to_user_id) REFERENCES memberships (org_id, user_id),
    CONSTRAINT fk_alerts_org_id_assigned_to_team_id FOREIGN KEY(org_id, assigned_to_team_id) REFERENCES teams (org_id, id) ON DELETE SET NULL (assigned_to_team_id),
    CONSTRAINT fk_alerts_org_id_acknowledged_by_user_id FOREIGN KEY(org_id, acknowledged_by_user_id) REFERENCES memberships (org_id, user_id),
    CONSTRAINT fk_alerts_org_id_closed_by_user_id FOREIGN KEY(org_id, closed_by_user_id) REFERENCES memberships (org_id, user_id)
);

CREATE UNIQUE INDEX uq_alerts_alias ON alerts (org_id, alias) WHERE status <> 'closed';

CREATE UNIQUE INDEX uq_alerts_number ON alerts (org_id, number);

CREATE INDEX ix_alerts_status ON alerts (org_id, status, id);

CREATE INDEX ix_alerts_snoozed ON alerts (snoozed_until) WHERE status = 'snoozed';

CREATE INDEX ix_alerts_search ON alerts USING gin (search);

CREATE TABLE incoming_tokens (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    integration_type TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    token_hash BYTEA NOT NULL,
    token_prefix TEXT NOT NULL,
    default_priority TEXT,
    default_tags TEXT[] NOT NULL,
    team_id UUID,
    escalation_policy_id UUID,
    request_count BIGINT NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    last_error_at TIMESTAMP WITH TIME ZONE,
    version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_incoming_tokens PRIMARY KEY (org_id, id),
    CONSTRAINT ck_incoming_tokens_default_priority CHECK (default_priority IN ('P1','P2','P3','P4','P5')),
    CONSTRAINT fk_incoming_tokens_org_id_team_id FOREIGN KEY(org_id, team_id) REFERENCES teams (org_id, id),
    CONSTRAINT fk_incoming_tokens_org_id_escalation_policy_id FOREIGN KEY(org_id, escalation_policy_id) REFERENCES escalation_policies (org_id, id),
    CONSTRAINT uq_incoming_tokens_token_hash UNIQUE (token_hash)
);

CREATE TABLE notification_attempts (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    notification_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    outcome TEXT NOT NULL,
    answer TEXT NOT NULL,
    duration_ms INTEGER NOT NULL,
    CONSTRAINT pk_notification_attempts PRIMARY KEY (org_id, id),
    CONSTRAINT fk_notification_attempts_org_id_notification_id FOREIGN KEY(org_id, notification_id) REFERENCES notifications (org_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_notification_attempts_outcome CHECK (outcome IN ('sent','failed'))
);

CREATE INDEX ix_notification_attempts_notification ON notification_attempts (org_id, notification_id, at);

CREATE TABLE alert_notes (
    org_id UUID DEFAULT current_setting('pulsar.org')::uuid NOT NULL,
    id UUID NOT NULL,
    alert_id UUID NOT NULL,
    author_id UUID NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_alert_notes PRIMARY KEY (org_id, id),
    CONSTRAINT fk_alert_notes_org_id_alert_id FOREIGN KEY(org_id, alert_id) REFERENCES alerts (org_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_alert_notes_org_id_author_id FOREIGN KEY(org_id, author_id) REFERENCES memberships (org_id, user_id)
);

CREATE INDEX ix_alert_notes_alert ON alert_notes (org_id, alert_id, id);
