import { fileURLToPath } from 'node:url'
import { createRuntime } from 'banyan/kernel'
import type { SchemaStep, Sql, StoreFactory } from 'banyan/store'
import type { StoreHarness, StorePlace } from 'banyan/store/testsuite'
import { quoteName } from './connection-target.ts'
import { openCounted } from './counted-database.testsuite.ts'
import { POSTGRES_FEATURES } from './postgres-features.ts'
import { postgresStores } from './postgres-stores.ts'
import { type TestServer, testServer } from './test-server.ts'

/** How this adapter is put to the store port's conformance suite. Needs `POSTGRES_URL`. */
export const postgresHarness: StoreHarness = {
  name: 'postgres',
  declared: POSTGRES_FEATURES,
  // A server's files are not ours to damage.
  features: { shared: true, fillDisk: true, damage: false, apart: true, positionsLater: true, migrations: true, crashes: true },
  costs: {
    open: openCounted,
    exceptions: {
      'how many sagas are open':
        'counted by an index, in the server, four times a minute: for a count that is kept all processes would wait for the same row',
    },
  },
  randomRuns: 5,
  createPlace: async () => place(await testServer()),
}

/** Opens the same stores in a child process. */
export function childStores({ url, prefix }: { url: string; prefix: string }): StoreFactory<Sql> {
  return postgresStores({ url, schemaPrefix: prefix })
}

function place(server: TestServer): StorePlace {
  const { url, prefix } = server
  return {
    factory: postgresStores({ url, schemaPrefix: prefix }),
    child: { module: fileURLToPath(import.meta.url), export: childStores.name, argument: { url, prefix } },
    fillDisk: () => refuseRows(server),
    replace: (service, migrations) => remake(server, service, migrations),
    remove: (service) => drop(server, service),
    holdPositions: () => lockSequencer(server),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** As somebody does who looks at the row in a transaction, and leaves it open. */
async function lockSequencer(server: TestServer): Promise<() => Promise<void>> {
  const client = await server.connect()
  await client.query('BEGIN; SELECT position FROM banyan_sequencer FOR UPDATE')
  return async () => void (await client.query('ROLLBACK'))
}

async function drop(server: TestServer, service: string): Promise<void> {
  const client = await server.connect()
  await client.query(`DROP SCHEMA ${quoteName(`${server.prefix}${service}`)} CASCADE`)
}

/** What a restart of another instance does after somebody dropped the data. */
async function remake(server: TestServer, service: string, migrations: readonly SchemaStep[]): Promise<void> {
  await drop(server, service)
  await (
    await postgresStores({ url: server.url, schemaPrefix: server.prefix }).open({ service, migrations, runtime: createRuntime() })
  ).close()
}

/** Answers as a server does whose disk is full; filling a real one would take the machine's other databases with it. */
async function refuseRows(server: TestServer): Promise<() => Promise<void>> {
  const client = await server.connect()
  await client.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM blob) >= 10 THEN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON blob FOR EACH ROW EXECUTE FUNCTION refuse();`)
  return async () => void (await client.query('DROP TRIGGER refuse ON blob'))
}
