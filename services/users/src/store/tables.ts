/** Tables of users. Email is null once a user is erased, so that the address can be used again. */
export const migrations = [
  {
    id: '001-accounts',
    sql: `
      CREATE TABLE account (
        id TEXT PRIMARY KEY,
        email TEXT,
        email_verified_at BIGINT,
        name TEXT,
        phone TEXT,
        locale TEXT,
        status TEXT NOT NULL,
        roles TEXT NOT NULL,
        marketing_consent INTEGER NOT NULL,
        consent_at BIGINT,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        version INTEGER NOT NULL
      );
      CREATE UNIQUE INDEX account_email ON account (email);
      CREATE TABLE credential (
        user_id TEXT PRIMARY KEY,
        algorithm TEXT NOT NULL,
        parameters TEXT NOT NULL,
        salt TEXT NOT NULL,
        hash TEXT NOT NULL,
        changed_at BIGINT NOT NULL
      );
      CREATE TABLE session (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        family_id TEXT NOT NULL,
        refresh_hash TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL,
        family_expires_at BIGINT NOT NULL,
        revoked_at BIGINT,
        revoked_reason TEXT
      );
      CREATE UNIQUE INDEX session_refresh_hash ON session (refresh_hash);
      CREATE INDEX session_owner ON session (user_id);
      CREATE INDEX session_family ON session (family_id);
      CREATE TABLE login_attempt (
        account_key TEXT PRIMARY KEY,
        failures INTEGER NOT NULL,
        last_at BIGINT NOT NULL,
        locked_until BIGINT NOT NULL
      );
      CREATE INDEX login_attempt_last_at ON login_attempt (last_at);
      CREATE TABLE signing_key (
        kid TEXT PRIMARY KEY,
        private_key TEXT NOT NULL,
        public_key TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        retired_at BIGINT
      )`,
  },
  { id: '002-session-expiry', sql: 'CREATE INDEX session_expiry ON session (expires_at)' },
  {
    id: '003-ended-tokens',
    sql: `
      ALTER TABLE account ADD COLUMN tokens_valid_after BIGINT NOT NULL DEFAULT 0;
      CREATE INDEX account_tokens_valid_after ON account (tokens_valid_after, id)`,
  },
  {
    id: '004-devices-and-audit',
    sql: `
      CREATE TABLE service_secret (name TEXT PRIMARY KEY, value TEXT NOT NULL, created_at BIGINT NOT NULL);
      ALTER TABLE login_attempt ADD COLUMN forget_at BIGINT NOT NULL DEFAULT 0;
      UPDATE login_attempt SET forget_at = last_at + 86400000;
      DROP INDEX login_attempt_last_at;
      CREATE INDEX login_attempt_forget_at ON login_attempt (forget_at);
      CREATE TABLE device (
        token_hash TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        origin_key TEXT NOT NULL,
        seen_at BIGINT NOT NULL,
        expires_at BIGINT NOT NULL
      );
      CREATE INDEX device_owner ON device (user_id, seen_at);
      CREATE INDEX device_expiry ON device (expires_at);
      CREATE TABLE password_reset (token_hash TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at BIGINT NOT NULL);
      CREATE INDEX password_reset_owner ON password_reset (user_id);
      CREATE INDEX password_reset_expiry ON password_reset (expires_at);
      CREATE TABLE account_audit (
        id TEXT PRIMARY KEY,
        at BIGINT NOT NULL,
        action TEXT NOT NULL,
        user_id TEXT,
        actor_kind TEXT NOT NULL,
        actor_id TEXT NOT NULL,
        origin_key TEXT,
        value_before TEXT,
        value_after TEXT,
        expires_at BIGINT NOT NULL
      );
      CREATE INDEX account_audit_user ON account_audit (user_id, id);
      CREATE INDEX account_audit_action ON account_audit (action, id);
      CREATE INDEX account_audit_expiry ON account_audit (expires_at);
      ALTER TABLE signing_key ADD COLUMN active_from BIGINT NOT NULL DEFAULT 0;
      UPDATE signing_key SET active_from = created_at`,
  },
  {
    id: '005-spellings',
    sql: `
      ALTER TABLE account ADD COLUMN email_key TEXT;
      ALTER TABLE account ADD COLUMN search_key TEXT;
      CREATE UNIQUE INDEX account_email_key ON account (email_key);
      CREATE INDEX account_without_spellings ON account (id) WHERE search_key IS NULL`,
  },
  {
    id: '006-who-asked-for-resets',
    sql: `
      ALTER TABLE password_reset ADD COLUMN request_id TEXT NOT NULL DEFAULT '';
      ALTER TABLE password_reset ADD COLUMN asked_by TEXT NOT NULL DEFAULT '';
      ALTER TABLE password_reset ADD COLUMN is_stranger INTEGER NOT NULL DEFAULT 0`,
  },
  {
    id: '007-few-read-of-many',
    sql: `
      CREATE INDEX account_admins ON account (id) WHERE status = 'active' AND roles LIKE '%"admin"%';
      CREATE INDEX account_audit_user_action ON account_audit (user_id, action, id);
      CREATE INDEX session_owner_created ON session (user_id, created_at);
      CREATE INDEX session_owner_expiry ON session (user_id, expires_at);
      DROP INDEX session_owner`,
  },
]
