"""The tables. Moments are stored as UTC text that sorts; what a rule reads is a typed column.

The migrations build the same tables; a test compares the two.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware moment as `2026-11-23T01:15:00.000000Z`: sorts as text on every database."""

    impl = sa.String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> str | None:  # noqa: ARG002 - the base class names it
        """Refuse a naive moment; write the others in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive moment cannot be stored")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def process_result_value(self, value: str | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - as above
        """Return an aware moment in UTC."""
        if value is None:
            return None
        return datetime.fromisoformat(value)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("last", sa.Integer, nullable=False),
)

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("number", sa.String(20), nullable=False, unique=True),
    sa.Column("track", sa.String(20), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("step", sa.String(30), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("actor", sa.String(60)),
    sa.Column("department", sa.String(60)),
    sa.Column("topic", sa.String(60)),
    sa.Column("territory", sa.String(60)),
    sa.Column("executor", sa.String(60)),
    sa.Column("author", sa.String(60)),
    sa.Column("external_id", sa.String(200)),
    sa.Column("notice", sa.JSON, nullable=False),
    sa.Column("received_at", Moment, nullable=False),
    sa.Column("opened_at", Moment, nullable=False),
    sa.Column("term_at", Moment, nullable=False),
    sa.Column("goal_at", Moment),
    sa.Column("term_sentence", sa.Text, nullable=False),
    sa.Column("due_at", Moment),
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("letter_sha", sa.String(64)),
    sa.Column("draft", sa.JSON),
    sa.Column("contacts", sa.JSON, nullable=False),
    sa.Column("addressing", sa.JSON),
    sa.Column("mail_id", sa.Integer),
    sa.Column("restricted", sa.JSON(none_as_null=True)),
    sa.Column("forward", sa.Text),
    sa.Column("closed_at", Moment),
    # Taken from the notice, so that the same message is found without reading every case.
    sa.Column("link", sa.String(500)),
    sa.Column("address", sa.String(500)),
    sa.Column("words", sa.String(64)),
    sa.Column("marks", sa.JSON(none_as_null=True)),
    sa.Index(None, "state", "term_at"),
    sa.Index(None, "step", "state"),
    sa.Index(None, "external_id"),
    sa.Index(None, "link"),
    sa.Index(None, "address"),
    sa.Index(None, "words"),
)

# Append-only: triggers of the first migration refuse UPDATE and DELETE.
events = sa.Table(
    "events",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
)

mails = sa.Table(
    "mails",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("folder", sa.String(200), nullable=False),
    sa.Column("uidvalidity", sa.Integer, nullable=False),
    sa.Column("uid", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("arrived_at", Moment, nullable=False),
    sa.Column("stored_at", Moment, nullable=False),
    sa.Column("message_id", sa.String(998), index=True),
    sa.Column("sender", sa.String(320)),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("kind", sa.String(20)),
    sa.Column("case_id", sa.Integer),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("moved", sa.Boolean, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False, server_default="2"),
    sa.Column("place", sa.String(10), index=True),
    sa.Column("code", sa.String(16), index=True),
    sa.Column("asked", sa.String(60)),
    sa.Column("pending", sa.Text),
    sa.Column("told_at", Moment),
    sa.Column("settled_at", Moment),
    sa.Column("note", sa.Text),
    sa.UniqueConstraint("folder", "uidvalidity", "uid"),
    sa.Index(None, "state", "id"),
    sa.Index(None, "state", "rank", "arrived_at"),
    sa.Index(None, "moved", "state"),
    sa.Index(None, "told_at", "state"),
    sa.Index(None, "case_id"),
    # What still lies in the mailbox, among all that ever came from there.
    sa.Index(
        "ix_mails_not_moved",
        "folder",
        "uidvalidity",
        "uid",
        sqlite_where=sa.text("moved IS 0"),
        postgresql_where=sa.text("moved IS false"),
    ),
)

# What people did with a mail that was set aside: who, when, what. Rows are only added.
mail_acts = sa.Table(
    "mail_acts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("mail_id", sa.Integer, sa.ForeignKey("mails.id"), nullable=False, index=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("actor", sa.String(60), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
)

letters = sa.Table(
    "letters",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("author", sa.String(60), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("then", sa.String(30), nullable=False),
    sa.Column("print_code", sa.String(16), nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("signer", sa.String(60)),
    sa.Column("content", sa.String(64)),
    sa.Column("docx", sa.String(64)),
    sa.Column("pdf", sa.String(64)),
    sa.Column("pages", sa.Integer),
    sa.Column("engine", sa.String(20)),
    sa.Column("note", sa.Text),
    sa.Column("kind", sa.String(10), nullable=False, server_default="answer"),
    sa.Column("until", sa.String(10)),
    sa.Column("annex", sa.String(64)),
    sa.Column("annex_pages", sa.Integer),
    sa.Column("annex_ids", sa.Text),
    sa.UniqueConstraint("case_id", "version"),
)

# What executors sent to go behind the letter; one that was taken out again keeps its row.
annexes = sa.Table(
    "annexes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("mail_id", sa.Integer),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("ready", sa.String(64), nullable=False),
    sa.Column("pages", sa.Integer, nullable=False),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("least", sa.Integer, nullable=False),
    sa.Column("sender", sa.String(60), nullable=False),
    sa.Column("added_at", Moment, nullable=False),
    sa.Column("removed_at", Moment),
    sa.UniqueConstraint("case_id", "sha256"),
)

requests = sa.Table(
    "requests",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("purpose", sa.String(20), nullable=False),
    sa.Column("step", sa.String(30), nullable=False),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("letter_sha", sa.String(64)),
    sa.Column("person", sa.String(60), nullable=False),
    sa.Column("code", sa.String(16), nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("closed_at", Moment),
    sa.Column("close_reason", sa.String(20)),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("mails", sa.Integer, nullable=False),
    sa.Column("words", sa.JSON, nullable=False),
    sa.UniqueConstraint("case_id", "entry", "purpose", "person", "code"),
    sa.Index(
        "ix_requests_open",
        "person",
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    ),
)

outgoing = sa.Table(
    "outgoing",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("case_id", sa.Integer, index=True),
    sa.Column("request_id", sa.Integer),
    sa.Column("message_id", sa.String(200), nullable=False, unique=True),
    sa.Column("letter_id", sa.String(200), unique=True),
    sa.Column("raw", sa.String(64), nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("rcpt_at", Moment),
    sa.Column("witnessed_at", Moment),
)

# One row per address: «sent» is a fact of each recipient, never of the letter as a whole.
recipients = sa.Table(
    "recipients",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("outgoing_id", sa.Integer, sa.ForeignKey("outgoing.id"), nullable=False, index=True),
    sa.Column("address", sa.String(320), nullable=False),
    sa.Column("witness", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("answer", sa.Text),
    sa.Column("at", Moment),
    sa.UniqueConstraint("outgoing_id", "address"),
    sa.Index(None, "state", "next_at"),
)

register = sa.Table(
    "register",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("scope", sa.String(80), nullable=False),
    sa.Column("n", sa.Integer, nullable=False),
    sa.Column("number", sa.String(80), nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("on_date", sa.String(10), nullable=False),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("addressee", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("executor", sa.Text, nullable=False),
    sa.Column("signer", sa.Text, nullable=False),
    sa.Column("sheets", sa.Integer, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("void_reason", sa.Text),
    sa.Column("registered_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("scan", sa.String(64), nullable=False),
    sa.Column("pdf", sa.String(64)),
    sa.Column("doc", sa.String(64)),
    sa.Column("doc_suffix", sa.String(5)),
    sa.Column("note", sa.Text),
    sa.Column("signature", sa.String(64)),
    sa.Column("annex", sa.String(64)),
    sa.Column("void_by", sa.Text),
    sa.Column("void_at", Moment),
    sa.Index(None, "year"),
    sa.Index(None, "number"),
    sa.Index(None, "registered_at"),
    sa.Index(None, "sent_at"),
    sa.Index(None, "void_at"),
    sa.UniqueConstraint("scope", "n"),
    sa.UniqueConstraint("scope", "number"),
)

due = sa.Table(
    "due",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("entry", sa.Integer),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("done_at", Moment),
    sa.Index(
        "ix_due_open",
        "at",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
    sa.Index("ix_due_case", "case_id"),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("key", sa.String(200), nullable=False, unique=True),
    sa.Column("case_id", sa.Integer, sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("data", sa.JSON, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("done_at", Moment),
    sa.Index(
        "ix_tasks_open",
        "next_at",
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    ),
    sa.Index(None, "case_id"),
)

scans = sa.Table(
    "scans",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("case_id", sa.Integer),
    sa.Column("version", sa.Integer),
    sa.Column("verdict", sa.String(30), nullable=False),
)
