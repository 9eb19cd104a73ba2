// Given to Node with --import, it makes of the shop a next release, whose toolkit does to each of its tables what a migration may do while the release
// before works beside: new columns that may stay empty or have a default, an index, and a table of its own.
import type { Migration } from 'banyan/store'
import { toolkitMigrations } from 'banyan/store/sql'

const texts = toolkitMigrations.map(({ sql }) => (typeof sql === 'string' ? sql : sql.postgres))
const tables = texts.flatMap((text) => [...text.matchAll(/CREATE TABLE (banyan_\w+)/g)].map(([, name]) => name ?? ''))
const changes = tables.map(
  (table) => `
ALTER TABLE ${table} ADD COLUMN next_note TEXT;
ALTER TABLE ${table} ADD COLUMN next_count BIGINT NOT NULL DEFAULT 0;
CREATE INDEX ${table}_next ON ${table} (next_count);`,
)
;(toolkitMigrations as Migration[]).push({
  id: 'banyan-999-next',
  sql: `${changes.join('')}\nCREATE TABLE banyan_next (id TEXT PRIMARY KEY);`,
})
