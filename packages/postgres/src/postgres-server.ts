import { BanyanError, type CancelTimer, type Logger, type Runtime } from 'banyan/kernel'
import { ConnectionBudget } from './connection-budget.ts'
import type { ConnectionTarget } from './connection-target.ts'
import { Notifications } from './notifications.ts'
import { POOL_MAX_SETTING } from './pool-settings.ts'
import { type ConnectionLimit, ROOM_QUERY, type ServerRoom, type Share, shareOf, toRoom } from './server-room.ts'
import type { Row } from './wire-batch.ts'

/** How often a server is asked what it gives: other processes come and go. */
const LOOK_MS = 15_000

/** Runs one statement, on a connection that is there. */
type Query = (name: string, text: string, values: readonly []) => Promise<Row[]>

/** One server, as the services of this process share it: its connections, and who listens. */
export class PostgresServer {
  readonly budget = new ConnectionBudget()
  readonly #poolMax: number
  readonly #listening = new Map<string, Notifications>()
  /** Open stores, by how they ask; any of them may ask for all. */
  readonly #stores = new Set<Query>()
  /** Schemas that this process has opened or is going to open. */
  #schemas: ReadonlySet<string> = new Set()
  #said = ''
  #stopLooking: CancelTimer | undefined

  constructor(poolMax: number) {
    this.#poolMax = poolMax
  }

  /** One listening connection for each database. */
  listener(target: ConnectionTarget, runtime: Runtime): Notifications {
    const known = this.#listening.get(target.url) ?? new Notifications(target, runtime, this.budget)
    this.#listening.set(target.url, known)
    return known
  }

  /** Whether all of them were admitted: then nothing need be asked of the server before they are opened. */
  hasAdmitted(targets: readonly ConnectionTarget[]): boolean {
    return targets.every((target) => this.#schemas.has(schemaKey(target)))
  }
  /**
   * Learns what the server gives, before `targets` are opened. Throws `unavailable` where that is less than one connection for each of them and one
   * to spare.
   */
  admit(room: ServerRoom, targets: readonly ConnectionTarget[], log: Logger): void {
    const schemas = new Set([...this.#schemas, ...targets.map(schemaKey)])
    const target = targets[0] as ConnectionTarget
    const need = schemas.size + 1
    const share = shareOf(room, need)
    if (share.connections < need) throw tooSmall(share, need, target)
    this.#schemas = schemas
    this.#adjust(room, target, log)
  }

  /** A store was opened; returns how to say that it is closed. While any is open, the server is asked again from time to time. */
  opened(query: Query, target: ConnectionTarget, { clock, log }: Runtime): () => void {
    this.#stores.add(query)
    this.#look(target, clock, log)
    return () => {
      this.#stores.delete(query)
      if (this.#stores.size > 0) return
      this.#stopLooking?.()
      this.#stopLooking = undefined
    }
  }

  #look(target: ConnectionTarget, clock: Runtime['clock'], log: Logger): void {
    this.#stopLooking ??= clock.setTimer(LOOK_MS, () => {
      const [query] = this.#stores
      void query?.('room', ROOM_QUERY, [])
        .then(([row]) => row && this.#adjust(toRoom(row), target, log))
        .catch(() => {}) // whoever needs the server says that it is away
        .finally(() => {
          this.#stopLooking = undefined
          if (this.#stores.size > 0) this.#look(target, clock, log)
        })
    })
  }

  /** A running process is never refused: it goes on with the least that it needs. */
  #adjust(room: ServerRoom, target: ConnectionTarget, log: Logger): void {
    const services = this.#schemas.size
    const wanted = services * (this.#poolMax + 1) + 2
    const { connections, limit } = shareOf(room, services + 1)
    const max = Math.min(wanted, Math.max(services + 1, connections))
    if (max !== this.budget.max) this.budget.max = max
    if (!this.budget.ample) for (const listening of this.#listening.values()) listening.yieldIfScarce()
    this.#say(limit, { max, wanted, services, target, log })
  }
  #say(limit: ConnectionLimit, { max, wanted, services, target, log }: Sizes): void {
    const said = [max, limit.max].join()
    if (said === this.#said) return
    this.#said = said
    const sizes = {
      server: target.shown,
      process: target.process,
      connections: max,
      limit: limit.max,
      processes: limit.processes,
      services,
    }
    if (max >= wanted) log.info('connections to PostgreSQL that this process may have', sizes)
    else
      log.warn(`PostgreSQL gives this process fewer connections than ${POOL_MAX_SETTING} asks for; requests wait for them under load`, {
        ...sizes,
        wanted,
      })
  }
}

interface Sizes {
  readonly max: number
  readonly wanted: number
  readonly services: number
  readonly target: ConnectionTarget
  readonly log: Logger
}

function schemaKey({ url, schema }: ConnectionTarget): string {
  return `${url} ${schema}`
}

function tooSmall({ connections, limit: { max, others, processes } }: Share, need: number, target: ConnectionTarget): BanyanError {
  const given = `it allows ${max} without those kept for administrators, others have ${others}, ${processes} of our processes share the rest`
  return new BanyanError(
    'unavailable',
    `PostgreSQL at ${target.shown} has ${connections} connections for this process, which needs ${need}: ${given}; ` +
      'raise max_connections, or the CONNECTION LIMIT of the role or database, or start fewer processes',
  )
}
