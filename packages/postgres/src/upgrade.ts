import { type Clock, reworded, toBanyanError } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import { beginUpgrade, dueSchemas, type ServiceSchema } from './schema-setup.ts'
import type { PostgresServer } from './postgres-server.ts'
import { checkServer } from './server-check.ts'
import { readRoom } from './server-room.ts'
import { refuseTransactionPooling } from './session-settings.ts'
import { Session } from './session.ts'
import { isConnectionLoss, toConnectError, toStatementError } from './sql-failure.ts'

/** What a commit of a server survives. */
export type Durability = 'power' | 'process'

/** What is checked of servers. */
export interface ServerChecks {
  /** Accepts a server that loses commits in a crash. */
  readonly allowUnsafe: boolean
  /** URLs behind which sessions are known to be kept; looked at once each. */
  readonly known: Set<string>
  /** What is known of the server of a database. */
  readonly serverOf: (target: ConnectionTarget) => PostgresServer
}

/** The schemas of one database, on one connection. */
interface Upgrade {
  readonly session: Session
  readonly target: ConnectionTarget
  readonly durability: Durability
  readonly due: readonly ServiceSchema[]
}

/**
 * Checks the servers and brings all schemas up to date: all that are in one database in one transaction. Services with databases of their own are
 * committed one after the other once all have succeeded; when a later commit fails, the error names the databases that were upgraded already.
 * `ready` is called before the first commit, for what is committed with them elsewhere. Changes nothing, and takes no lock, where nothing is due. Returns what a commit survives, one for each of `schemas`.
 */
export async function upgradeSchemas(
  schemas: readonly ServiceSchema[],
  checks: ServerChecks,
  ready?: () => Promise<void>,
): Promise<readonly Durability[]> {
  const upgrades: Upgrade[] = []
  try {
    for (const [, some] of Map.groupBy(schemas, ({ target }) => target.url)) upgrades.push(await connect(some, checks))
    const begun = upgrades.filter(({ due }) => due.length > 0)
    for (const { session, target, due } of begun) await beginUpgrade(session, due).catch((error) => fail(error, target))
    await ready?.()
    await commitAll(begun)
    return schemas.map(({ target }) => (upgrades.find((one) => one.target.url === target.url) as Upgrade).durability)
  } finally {
    // what was not committed is rolled back by the server
    await Promise.all(upgrades.map(({ session }) => session.end()))
  }
}

async function connect(schemas: readonly ServiceSchema[], { allowUnsafe, known, serverOf }: ServerChecks): Promise<Upgrade> {
  const { target, store } = schemas[0] as ServiceSchema
  const purpose = schemas.length === 1 ? `${target.schema} set-up` : 'set-up'
  const session = await Session.connect({ target, purpose, clock: store.runtime.clock }).catch((error) =>
    Promise.reject(toConnectError(error, target)),
  )
  try {
    const durability = await checkServer(session, target, allowUnsafe)
    if (!known.has(target.url)) await checkPooling(session, target, store.runtime.clock)
    known.add(target.url)
    const targets = schemas.map((schema) => schema.target)
    const server = serverOf(target)
    if (!server.hasAdmitted(targets)) server.admit(await readRoom(session), targets, store.runtime.log)
    return { session, target, durability, due: await dueSchemas(session, schemas) }
  } catch (error) {
    session.destroy()
    return fail(error, target)
  }
}

/** Takes a second connection for a moment. */
async function checkPooling(session: Session, target: ConnectionTarget, clock: Clock): Promise<void> {
  const other = await Session.connect({ target, purpose: 'pooler check', clock })
  try {
    await refuseTransactionPooling(session, other, target)
  } finally {
    await other.end()
  }
}

async function commitAll(upgrades: readonly Upgrade[]): Promise<void> {
  const committed: string[] = []
  for (const { session, target, due } of upgrades) {
    try {
      for (const { store } of due) store.runtime.faults.at(`store.${store.service}.before-upgrade-commit`)
      await session.execute('COMMIT')
      committed.push(target.shown)
    } catch (error) {
      if (committed.length === 0) return fail(error, target)
      const failed = toBanyanError(isConnectionLoss(error) ? toConnectError(error, target) : toStatementError(error, target))
      const what = `but ${committed.join(', ')} was upgraded already: start this release again, or restore that database before an earlier one starts`
      throw reworded(failed, `${failed.message}; ${what}`, { cause: error })
    }
  }
}

function fail(error: unknown, target: ConnectionTarget): never {
  throw isConnectionLoss(error) ? toConnectError(error, target) : toStatementError(error, target)
}
