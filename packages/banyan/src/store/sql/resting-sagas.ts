/** Of a saga in `row`: it has not ended, and nobody runs it. */
const rests = (row: string): string => `${row}owner IS NULL AND ${row}status NOT IN ('completed', 'compensated')`

/** Counts one more. */
const ONE_MORE = 'ON CONFLICT (name, status) DO UPDATE SET count = count + 1'

/**
 * Counts of the sagas that rest, by name and status, for SQLite. A trigger keeps them, so that they are right whoever changes a saga; it has work
 * only when a saga comes to rest or goes on. There is none for inserts, because every start would pay for it: `RESTS_FROM_START` is run for the
 * few that begin at rest. PostgreSQL has none of this: all processes would wait for the same few rows.
 */
export const RESTING_SAGAS = `
CREATE TABLE banyan_saga_resting (name TEXT NOT NULL, status TEXT NOT NULL, count BIGINT NOT NULL, PRIMARY KEY (name, status)) WITHOUT ROWID;
INSERT INTO banyan_saga_resting SELECT name, status, COUNT(*) FROM banyan_saga WHERE ${rests('')} GROUP BY name, status;
CREATE TRIGGER banyan_saga_rests AFTER UPDATE OF owner, status ON banyan_saga
  WHEN OLD.owner IS NULL OR (${rests('NEW.')})
BEGIN
  UPDATE banyan_saga_resting SET count = count - 1 WHERE ${rests('OLD.')} AND name = OLD.name AND status = OLD.status;
  INSERT INTO banyan_saga_resting SELECT NEW.name, NEW.status, 1 WHERE ${rests('NEW.')} ${ONE_MORE};
END;`

/** Counts a saga that was inserted at rest: name, status. */
export const RESTS_FROM_START = `INSERT INTO banyan_saga_resting (name, status, count) VALUES (?, ?, 1) ${ONE_MORE}`
