import { createHash } from 'node:crypto'
import { BanyanError, misuse } from '../../kernel/error.ts'
import { type Migration, migrationSql } from '../migration.ts'
import type { Dialect } from '../sql.ts'
import { TOOLKIT_MIGRATION_PREFIX, toolkitMigrations } from './schema.ts'

/** A migration that a database has already. */
export interface AppliedMigration {
  readonly id: string
  readonly checksum: string
}

/** A migration that is still to run. */
export interface PendingMigration {
  readonly id: string
  readonly checksum: string
  /** The statements in the database's dialect. */
  readonly script: string
}

/** What to compare. */
export interface MigrationPlanInput {
  /** Names the database in messages, e.g. the file's path. */
  readonly where: string
  readonly dialect: Dialect
  /** The service's own migrations; the toolkit's run before them. */
  readonly migrations: readonly Migration[]
  readonly applied: readonly AppliedMigration[]
}

/**
 * Returns what is still to run, in order. Throws before anything is changed: `data_newer` when the database is newer than the program,
 * `misuse` when an applied migration was edited, or when a new one was put before an applied one (S10).
 */
export function planMigrations({ where, dialect, migrations, applied }: MigrationPlanInput): PendingMigration[] {
  const wanted = [...toolkitMigrations, ...checkedIds(migrations)].map((migration) => describeMigration(migration, dialect))
  const checksums = new Map(applied.map(({ id, checksum }) => [id, checksum]))
  refuseNewerDatabase(where, wanted, applied)
  for (const { id, checksum } of wanted) {
    const found = checksums.get(id)
    if (found !== undefined && found !== checksum) {
      misuse(
        `migration "${id}" of ${where} was edited after it had run; put its old text back and write the change as a new migration at the end`,
      )
    }
  }
  const pending = wanted.filter(({ id }) => !checksums.has(id))
  refuseGaps(where, wanted, pending)
  return pending
}

/** SHA-256 of a migration's text; line ends and surrounding blanks do not count, so that a checkout on Windows is the same. */
export function migrationChecksum(script: string): string {
  return createHash('sha256').update(script.replaceAll('\r\n', '\n').trim()).digest('hex')
}

function describeMigration(migration: Migration, dialect: Dialect): PendingMigration {
  const script = migrationSql(migration, dialect)
  return { id: migration.id, checksum: migrationChecksum(script), script }
}

function checkedIds(migrations: readonly Migration[]): readonly Migration[] {
  const seen = new Set<string>()
  for (const { id } of migrations) {
    if (id.startsWith(TOOLKIT_MIGRATION_PREFIX))
      misuse(`migration "${id}" starts with "${TOOLKIT_MIGRATION_PREFIX}", which is the toolkit's; rename it`)
    if (seen.has(id)) misuse(`two migrations are named "${id}"; give each its own name`)
    seen.add(id)
  }
  return migrations
}

function refuseNewerDatabase(where: string, wanted: readonly PendingMigration[], applied: readonly AppliedMigration[]): void {
  const known = new Set(wanted.map(({ id }) => id))
  const unknown = applied.find(({ id }) => !known.has(id))
  if (!unknown) return
  throw new BanyanError(
    'data_newer',
    `${where} is newer than this program: it has the migration "${unknown.id}", which the program does not know; ` +
      'run the newer version of the program, or restore a backup from before that migration. Nothing was changed',
  )
}

/** A migration may only be added at the end of its own list: before an applied one it would have run in another order elsewhere. */
function refuseGaps(where: string, wanted: readonly PendingMigration[], pending: readonly PendingMigration[]): void {
  const isPending = new Set(pending.map(({ id }) => id))
  for (const toolkit of [true, false]) {
    const list = wanted.filter(({ id }) => id.startsWith(TOOLKIT_MIGRATION_PREFIX) === toolkit)
    const first = list.findIndex(({ id }) => isPending.has(id))
    const later = first === -1 ? undefined : list.slice(first).find(({ id }) => !isPending.has(id))
    if (later)
      misuse(`migration "${list[first]?.id}" stands before "${later.id}", which ${where} has already; move it to the end of the list`)
  }
}
