import path from 'node:path'
import type { Engine } from './engine.ts'
import { POSTGRES_DURABILITY, startPrivatePostgres } from './private-postgres.ts'

const here = (file: string): string => path.join(import.meta.dirname, file)

/** Ours, each beside the least that a durable saga takes on its store. */
export const BANYAN: readonly (Engine & { readonly floor: Engine })[] = [
  {
    subject: 'Banyan on SQLite',
    script: here('sagas-banyan.ts'),
    conditions: 'WAL, synchronous=FULL: every commit survives a power cut',
    floor: {
      subject: 'floor: six bare node:sqlite commits, shared by those in flight',
      script: here('sagas-floor.ts'),
      conditions: 'WAL, synchronous=FULL',
    },
  },
  {
    subject: 'Banyan on PostgreSQL',
    script: here('sagas-banyan.ts'),
    conditions: POSTGRES_DURABILITY,
    startServer: startPrivatePostgres,
    floor: {
      subject: 'floor: six bare statements on PostgreSQL, shared by those in flight',
      script: here('sagas-floor-postgres.ts'),
      conditions: POSTGRES_DURABILITY,
      startServer: startPrivatePostgres,
    },
  },
]
