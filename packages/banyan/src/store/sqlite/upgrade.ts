import { rmSync } from 'node:fs'
import { BanyanError, reworded } from '../../kernel/error.ts'
import type { OpenStore } from '../factory.ts'
import { applyMigrations, pendingMigrations, upgradeRefused } from '../sql/migrate.ts'
import type { PendingMigration } from '../sql/migration-plan.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { migrationTarget } from './sqlite-schema.ts'
import { copyBeforeUpgrade, removeOldCopies, restoreCopy } from './upgrade-copies.ts'

/** One service's file, open for writing and owned. */
export interface UpgradeFile {
  readonly store: OpenStore
  readonly connection: SqliteConnection
}

interface Upgrade extends UpgradeFile {
  readonly pending: readonly PendingMigration[]
  copy: string | undefined
}

/**
 * Brings files up to date, all or none. First all are checked, then those with data are copied, then the migrations of each run in a transaction
 * of its own, and only when all have succeeded are they committed, one after the other.
 *
 * `ready` is called before the first commit, for what is committed with them elsewhere.
 *
 * - When something fails before the first commit, everything is rolled back and the copies go.
 * - When a commit fails, the files that were committed before it are put back from their copies.
 * - When the process dies between two commits, which takes milliseconds, this release goes on at its next start; the one before it needs the copies
 *   of the services that it finds newer. Their paths were logged.
 */
export async function upgradeFiles(directory: string, files: readonly UpgradeFile[], ready?: () => Promise<void>): Promise<void> {
  const upgrades: Upgrade[] = []
  for (const file of files) {
    const pending = await named(file, () => pendingMigrations(migrationTarget(file.connection), file.store.migrations))
    if (pending.length > 0) upgrades.push({ ...file, pending, copy: undefined })
  }
  try {
    for (const upgrade of upgrades) await named(upgrade, () => makeCopy(directory, upgrade))
    for (const upgrade of upgrades) await named(upgrade, () => run(upgrade))
    await ready?.()
  } catch (thrown) {
    for (const { connection } of upgrades) connection.rollback()
    removeCopies(upgrades)
    throw thrown
  }
  logCopies(upgrades)
  commitAll(upgrades)
  for (const { store, copy } of upgrades) if (copy !== undefined) removeOldCopies(store.service, copy)
}

async function makeCopy(directory: string, upgrade: Upgrade): Promise<void> {
  const { store, connection, pending } = upgrade
  if (!(await migrationTarget(connection).hasBooks())) return
  const { service, runtime } = store
  upgrade.copy = copyBeforeUpgrade(connection, {
    directory,
    service,
    migration: (pending[0] as PendingMigration).id,
    now: runtime.clock.now(),
  })
}

async function run({ store, connection, pending }: Upgrade): Promise<void> {
  connection.begin()
  await applyMigrations(migrationTarget(connection), pending, store.runtime.clock.now())
}

/** Before the first commit: whoever needs a copy because the process died between two must know of it. */
function logCopies(upgrades: readonly Upgrade[]): void {
  for (const { store, copy, pending } of upgrades) {
    const migrations = pending.map(({ id }) => id)
    if (copy !== undefined) store.runtime.log.warn('data were copied before their upgrade', { service: store.service, copy, migrations })
  }
}

function commitAll(upgrades: readonly Upgrade[]): void {
  const committed: Upgrade[] = []
  for (const upgrade of upgrades) {
    const { store, connection } = upgrade
    const { service, runtime } = store
    try {
      runtime.faults.at(`store.${service}.before-upgrade-commit`)
      connection.commit()
    } catch (thrown) {
      for (const other of upgrades) if (!committed.includes(other)) other.connection.rollback()
      putBack(committed, service, thrown)
      removeCopies(upgrades)
      throw upgradeRefused(service, thrown)
    }
    committed.push(upgrade)
  }
}

/** The files are what the copies are. */
function removeCopies(upgrades: readonly Upgrade[]): void {
  for (const { copy } of upgrades) if (copy !== undefined) rmSync(copy, { force: true })
}

/** Puts back what was committed before the commit of a service failed. Throws what to do when that cannot be done either. */
function putBack(committed: readonly Upgrade[], service: string, thrown: unknown): void {
  for (const { connection, copy } of committed) {
    connection.close()
    if (copy === undefined) continue // it was empty: an earlier release lacks nothing
    try {
      restoreCopy(copy, connection.path)
    } catch (cause) {
      const failed = upgradeRefused(service, thrown)
      const what = `${connection.path} was upgraded already and could not be put back; put ${copy} in its place`
      throw reworded(failed, `${failed.message}; but ${what} before the earlier release is started`, { cause })
    }
  }
}

async function named<T>({ store }: UpgradeFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof BanyanError)) throw thrown
    throw upgradeRefused(store.service, thrown)
  }
}
