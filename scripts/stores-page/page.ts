import { POSTGRES_FEATURES } from '@banyan/postgres'
import type { StoreFeatures } from 'banyan/store'
import { MEMORY_FEATURES } from 'banyan/store/memory'
import { SQLITE_FEATURES } from 'banyan/store/sqlite'

const ADAPTERS: readonly StoreFeatures[] = [SQLITE_FEATURES, POSTGRES_FEATURES, MEMORY_FEATURES]

const HEAD = `# Stores

What a service may be kept in, and how the adapters differ. All keep the promises of [the port](../packages/banyan/src/store/store.ts), and are put to
the same suite. This table is made from what they declare of themselves, with \`npm run stores-page\`; the suite compares each store with it.
`

const COLUMNS: readonly (readonly [heading: string, cell: (features: StoreFeatures) => string])[] = [
  ['adapter', ({ adapter }) => `\`${adapter}\``],
  ['variant of the store', ({ engine }) => `\`${engine}(…)\``],
  ['a commit survives', ({ durability }) => SURVIVES[durability]],
  ['transactions', ({ isolation }) => ISOLATION[isolation]],
  ['log of events', ({ log }) => LOG[log]],
  ['several processes', ({ shared }) => (shared ? 'share a service' : 'are refused: one owns a service')],
  ['bounded by', ({ size }) => SIZE[size]],
]

const SURVIVES = {
  power: 'a power cut',
  process: 'the end of its process, not a power cut',
  none: 'nothing: it ends with its process',
} as const
const ISOLATION = {
  serial: 'one at a time, each body once',
  serializable: 'side by side; the body of one that is refused runs again',
} as const
const LOG = { kept: 'kept until retention removes events', bounded: 'bounded: the engine lets go of the oldest events' } as const
const SIZE = { disk: 'the disk', memory: 'the memory of the process', server: 'the server' } as const

const NOTES = `
- **Durability** is what the adapter gives by default. A PostgreSQL server with \`fsync\` or \`synchronous_commit\` off is refused unless that is allowed; then
  a commit survives the end of a process only.
- **Bodies that run again** are the reason why a body must have no effects but on its store.
- Projections write SQL: a service that has some needs an adapter with the variant \`sql\`.
- A store that is full fails transactions with \`storage_full\` and loses nothing that was committed.

What has been shown of each: a commit outlives \`kill -9\` (not in memory), a full disk, a damaged file, a second process, reads that run long. What a
harness cannot show is printed by the tests as a declared difference, with its reason. A power cut and the size of a server are not tested.
`

/** Returns the page of all adapters, as Markdown. */
export function storesPage(): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rows = ADAPTERS.map((features) => row(COLUMNS.map(([, cell]) => cell(features))))
  return `${HEAD}\n${[row(COLUMNS.map(([heading]) => heading)), `|${'---|'.repeat(COLUMNS.length)}`, ...rows].join('\n')}\n${NOTES}`
}
