import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { createRuntime, type Runtime } from 'banyan/kernel'
import type { Migration, NewEvent, Store, Sql } from 'banyan/store'
import { quoteName } from './connection-target.ts'
import { postgresStores, type PostgresStoresOptions } from './postgres-stores.ts'

/** What a test may change about a store. */
interface TestStoreOptions extends Partial<PostgresStoresOptions> {
  readonly service?: string
  readonly migrations?: readonly Migration[]
  readonly runtime?: Runtime
}

/** Schemas of one test on the server of `POSTGRES_URL`; closed and dropped at its end. */
export interface TestServer extends AsyncDisposable {
  readonly url: string
  readonly prefix: string
  /** Opens a store; a second one of the same service stands for another process. */
  open(options?: TestStoreOptions): Promise<Store<Sql>>
  /** Opens the stores of several services as one process does. */
  openAll(services: readonly string[], options?: TestStoreOptions): Promise<readonly Store<Sql>[]>
  /** A connection of the test's own, outside of any store; its search_path is the schema of the service `test`. */
  connect(): Promise<Client>
}

/** Service whose schema the tests use when they name none. */
const SERVICE = 'test'

/** Prepares an own prefix, so that tests may run side by side. Throws when `POSTGRES_URL` is missing: these tests are never skipped. */
export async function testServer(): Promise<TestServer> {
  const url = process.env['POSTGRES_URL']
  if (!url)
    throw new Error('set POSTGRES_URL to a server these tests may create schemas on, e.g. postgres://postgres:secret@127.0.0.1/banyan')
  const prefix = `test_${randomUUID().slice(0, 8)}_`
  const stores: Store<Sql>[] = []
  const clients: Client[] = []
  const connect = async (): Promise<Client> => {
    const client = new Client({ connectionString: url, options: `-c search_path=${prefix}${SERVICE}` })
    client.on('error', () => {}) // tests cut connections on purpose
    clients.push(client)
    await client.connect()
    return client
  }
  return {
    url,
    prefix,
    connect,
    async open({ service = SERVICE, migrations = [], runtime = createRuntime(), ...options } = {}) {
      const opened = await postgresStores({ url, schemaPrefix: prefix, ...options }).open({ service, migrations, runtime })
      stores.push(opened)
      return opened
    },
    async openAll(services, { migrations = [], runtime = createRuntime(), ...options } = {}) {
      const factory = postgresStores({ url, schemaPrefix: prefix, ...options })
      const all = services.map((service) => ({ service, migrations, runtime }))
      await factory.upgrade?.(all)
      const opened = await Promise.all(all.map((store) => factory.open(store)))
      stores.push(...opened)
      return opened
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.splice(0).map((client) => client.end())) // a failed test may hold locks
      await Promise.all(stores.map((store) => store.close()))
      const client = await connect()
      await dropSchemas(client, prefix)
      await client.end()
    },
  }
}

async function dropSchemas(client: Client, prefix: string): Promise<void> {
  const { rows } = await client.query<{ nspname: string }>('SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)', [prefix])
  for (const { nspname } of rows) await client.query(`DROP SCHEMA ${quoteName(nspname)} CASCADE`)
}

/** An event with a key, and the data a test looks for. */
export function anEvent(key: string, data: object = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'test.happened',
    version: 1,
    key,
    time: Date.now(),
    data: JSON.stringify(data),
    correlationId: 'correlation',
    causationId: 'causation',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }
}
