-- What step 1 of daemon/store/schema.cpp made, as SQLite kept it. Steps are never changed, so this is not either.
CREATE TABLE schema_step (number BIGINT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE keyring (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE mailbox (id INTEGER PRIMARY KEY AUTOINCREMENT, slug TEXT NOT NULL UNIQUE);
CREATE TABLE sample ( mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE, measured_at BIGINT NOT NULL, used_bytes BIGINT, limit_bytes BIGINT, messages BIGINT, roles TEXT NOT NULL, PRIMARY KEY (mailbox_id, measured_at));
CREATE TABLE alert_state ( mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE, stage TEXT, decided_at BIGINT NOT NULL, state TEXT NOT NULL);
CREATE TABLE outbox ( id INTEGER PRIMARY KEY AUTOINCREMENT, mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE, recipient TEXT NOT NULL, kind TEXT NOT NULL, stage TEXT NOT NULL, episode BIGINT NOT NULL, message_id TEXT NOT NULL UNIQUE, addresses TEXT NOT NULL, message TEXT NOT NULL, created_at BIGINT NOT NULL, not_before BIGINT NOT NULL, attempts BIGINT NOT NULL, last_error TEXT NOT NULL, status TEXT NOT NULL, finished_at BIGINT);
CREATE INDEX outbox_by_status ON outbox (status, not_before);
CREATE INDEX outbox_by_end ON outbox (finished_at);
CREATE INDEX outbox_by_mailbox ON outbox (mailbox_id);
CREATE TABLE silence ( mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE, until_at BIGINT NOT NULL, reason TEXT NOT NULL, created_at BIGINT NOT NULL);
CREATE TABLE probe_memory ( mailbox_id BIGINT PRIMARY KEY REFERENCES mailbox (id) ON DELETE CASCADE, memory TEXT NOT NULL);
CREATE TABLE note ( mailbox_id BIGINT NOT NULL REFERENCES mailbox (id) ON DELETE CASCADE, name TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (mailbox_id, name));
CREATE TABLE login_backoff ( login_key TEXT PRIMARY KEY, credential_key TEXT NOT NULL, refusals BIGINT NOT NULL, last_refused_at BIGINT NOT NULL, detail TEXT NOT NULL);
