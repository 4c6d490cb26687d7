"""The tables of escalation policies, and of their runs: one for each alert, and for each page into an incident."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pulsar.base.model import Base, OrgOwned, created_at_column, org_id_column, updated_at_column
from pulsar.notify.rules import Subject


class Policy(OrgOwned):
    """`ladder` is the rules and targets in one piece, rewritten at every edit: what a run takes its copy
    of, in the one transaction that takes an alert in. `team_id` says whose it is, not whose alerts follow it."""

    __tablename__ = "escalation_policies"
    __table_args__ = (
        # Teams name the policy of their alerts: each of the two tables knows the other.
        ForeignKeyConstraint(
            ["org_id", "team_id"], ["teams.org_id", "teams.id"], ondelete="SET NULL (team_id)", use_alter=True
        ),
        CheckConstraint("repeat_count BETWEEN 0 AND 100", name="repeat_count"),
        Index("uq_escalation_policies_default", "org_id", unique=True, postgresql_where="is_default"),
    )

    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    is_default: Mapped[bool] = mapped_column(default=False)
    team_id: Mapped[UUID | None]
    repeat_count: Mapped[int] = mapped_column(default=0)
    repeat_delay: Mapped[timedelta] = mapped_column(default=timedelta())
    ack_timeout: Mapped[timedelta | None]
    close_after: Mapped[timedelta | None]
    ladder: Mapped[dict[str, Any]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = updated_at_column()

    rules: Mapped[list["Rule"]] = relationship(
        order_by="Rule.position", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )


Index("uq_escalation_policies_name", Policy.org_id, func.lower(Policy.name), unique=True)


class Rule(OrgOwned):
    __tablename__ = "escalation_rules"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "policy_id"], ["escalation_policies.org_id", "escalation_policies.id"], ondelete="CASCADE"
        ),
        # Deferred, so that two rules can change places.
        UniqueConstraint("org_id", "policy_id", "position", deferrable=True, initially="DEFERRED"),
        CheckConstraint("condition IN ('not_acknowledged','not_closed')", name="condition"),
    )

    policy_id: Mapped[UUID]
    position: Mapped[int]
    delay: Mapped[timedelta]
    condition: Mapped[str] = mapped_column(default="not_acknowledged")
    round_robin: Mapped[bool] = mapped_column(default=False)

    targets: Mapped[list["RuleTarget"]] = relationship(
        order_by="RuleTarget.id", cascade="all, delete-orphan", lazy="selectin", passive_deletes=True
    )


class RuleTarget(OrgOwned):
    """Exactly one of the three ids is set: that of the thing which `type` is about. A user, team or schedule that is a
    target cannot vanish: the foreign key refuses it, and the policy would page nobody."""

    __tablename__ = "escalation_targets"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "rule_id"], ["escalation_rules.org_id", "escalation_rules.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["org_id", "user_id"], ["memberships.org_id", "memberships.user_id"]),
        ForeignKeyConstraint(["org_id", "team_id"], ["teams.org_id", "teams.id"]),
        ForeignKeyConstraint(["org_id", "schedule_id"], ["schedules.org_id", "schedules.id"]),
        CheckConstraint("num_nonnulls(user_id, team_id, schedule_id) = 1", name="one_target"),
        CheckConstraint(
            "type IN ('user','team','team_random','team_leads','schedule','schedule_next')"
            " AND CASE split_part(type, '_', 1) WHEN 'user' THEN user_id WHEN 'team' THEN team_id"
            " ELSE schedule_id END IS NOT NULL",
            name="type",
        ),
        Index("uq_escalation_targets_user", "org_id", "rule_id", "user_id", unique=True),
        Index("uq_escalation_targets_team", "org_id", "rule_id", "team_id", "type", unique=True),
        Index("uq_escalation_targets_schedule", "org_id", "rule_id", "schedule_id", "type", unique=True),
    )

    rule_id: Mapped[UUID]
    type: Mapped[str]
    user_id: Mapped[UUID | None]
    team_id: Mapped[UUID | None]
    schedule_id: Mapped[UUID | None]


class Run(OrgOwned):
    """Where the paging for one alert stands, or for one page into an incident. `generation` counts its lives: a job of
    an old one does nothing.

    `cycle` and `position` name the step that fires next, at `next_at`; `fault` says what went wrong in
    choosing whom to page, for people to mend. `afterwards` is what happens to the alert at `afterwards_at`, by itself:
    it opens again when nobody has closed it since the acknowledgement, or is closed when nobody is left to page. When
    the ladder reaches nobody, the members of `team_id` come before the owners and admins, and `fell_back_at` says when.
    `follow_up_at` is set until those who were told have been told how it ended.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        CheckConstraint("status IN ('running','stopped','completed')", name="status"),
        Index("uq_escalations_subject", "org_id", "subject_id", unique=True),
        Index("ix_escalations_due", "next_at", postgresql_where="status = 'running'"),
        CheckConstraint("afterwards IN ('reopen','close')", name="afterwards"),
        CheckConstraint("(afterwards IS NULL) = (afterwards_at IS NULL)", name="afterwards_at"),
        Index("ix_escalations_afterwards", "afterwards_at", postgresql_where="afterwards_at IS NOT NULL"),
        Index("ix_escalations_follow_up", "follow_up_at", postgresql_where="follow_up_at IS NOT NULL"),
        Index("ix_escalations_fell_back", "org_id", "fell_back_at", postgresql_where="fell_back_at IS NOT NULL"),
        Index("ix_escalations_fault", "started_at", postgresql_where="fault IS NOT NULL"),
        Index("ix_escalations_policy", "org_id", "policy_id", postgresql_where="status = 'running'"),
    )

    # Of an incident each page has a run of its own, and is its subject.
    subject_id: Mapped[UUID]
    subject: Mapped[dict[str, Any]] = mapped_column(JSONB)
    policy_id: Mapped[UUID | None]
    policy_name: Mapped[str | None]
    team_id: Mapped[UUID | None]
    ladder: Mapped[dict[str, Any]] = mapped_column(JSONB)
    generation: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(default="running")
    acknowledged: Mapped[bool] = mapped_column(default=False)
    cycle: Mapped[int] = mapped_column(default=0)
    position: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime | None]
    reached_anybody: Mapped[bool] = mapped_column(default=False)
    fired: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    fault: Mapped[str | None]
    stopped_reason: Mapped[str | None]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    afterwards: Mapped[str | None]
    afterwards_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    fell_back_at: Mapped[datetime | None]

    @property
    def about(self) -> Subject:
        return Subject.from_json(self.subject)


class TurnRow(Base):
    """Who was last, of the people of a level that take turns. Kept by the level's place, so that it outlives edits."""

    __tablename__ = "escalation_turns"
    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "policy_id"], ["escalation_policies.org_id", "escalation_policies.id"], ondelete="CASCADE"
        ),
    )

    org_id: Mapped[UUID] = org_id_column()
    policy_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[UUID | None]
