import path from 'node:path'
import type { Engine } from './engine.ts'
import { POSTGRES_DURABILITY, startPrivatePostgres } from './private-postgres.ts'

const here = (file: string): string => path.join(import.meta.dirname, file)

/** The least that a durable saga takes. */
export const FLOOR: Engine = {
  subject: 'six bare node:sqlite commits, shared by those in flight',
  script: here('sagas-floor.ts'),
  durability: 'WAL, synchronous=FULL',
}

/** Ours. */
export const BANYAN: readonly Engine[] = [
  { subject: 'Banyan on SQLite', script: here('sagas-banyan.ts'), durability: 'WAL, synchronous=FULL: every commit survives a power cut' },
  { subject: 'Banyan on PostgreSQL', script: here('sagas-banyan.ts'), durability: POSTGRES_DURABILITY, startServer: startPrivatePostgres },
]
