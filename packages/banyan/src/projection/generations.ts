import type { GenerationRecord } from '../store/records/generation-records.ts'
import type { StoreReader } from '../store/store.ts'
import type { ProjectionOptions } from './generation.ts'
import { consumerName, positionsOf, tableNames } from './generation-names.ts'

type Records = StoreReader['generations']

/** What a start finds or makes. */
export interface OpenedGenerations {
  /** The one to read from. */
  readonly serving: GenerationRecord
  /** The one to fill: a rebuild that was interrupted, or one that the definition's version needs. */
  readonly building: GenerationRecord | undefined
  /** Those whose tables can go. */
  readonly retired: readonly GenerationRecord[]
}

/** The generations of one projection in its database. Each method is one transaction. */
export class Generations {
  readonly #options: ProjectionOptions

  constructor(options: ProjectionOptions) {
    this.#options = options
  }

  /** Finds what there is; creates the first generation, which serves at once, and one for a new version. */
  async open(): Promise<OpenedGenerations> {
    const { store, projection } = this.#options
    const { value } = await store.transaction(async ({ generations }) => {
      const serving = await this.#find(generations, 'serving')
      const first = serving ?? (await this.#create(generations, 'serving'))
      const building = await this.#building(generations)
      const isCurrent = first.version === projection.version
      const next = building ?? (isCurrent ? undefined : await this.#create(generations, 'building'))
      const all = await generations.list(projection.name)
      return { serving: first, building: next, retired: all.filter(({ status }) => status === 'retired') }
    })
    return value
  }

  /** Returns the generation to fill, which it creates unless there is one. */
  async begin(): Promise<GenerationRecord> {
    const { value } = await this.#options.store.transaction(
      async ({ generations }) => (await this.#building(generations)) ?? (await this.#create(generations, 'building')),
    )
    return value
  }

  /**
   * Lets a generation serve from now on. Returns false when the one that serves has more of some log, because another instance fills it; one of
   * another version is not compared, for readers of both go on side by side.
   */
  async swap(next: GenerationRecord, serving: GenerationRecord): Promise<boolean> {
    const { store } = this.#options
    const { value } = await store.transaction(async ({ generations, consumption }) => {
      if (store.features.shared && next.version === serving.version) {
        const cursors = await consumption.cursors()
        const reached = positionsOf(next, cursors)
        if ([...positionsOf(serving, cursors)].some(([source, position]) => (reached.get(source) ?? 0) < position)) return false
      }
      await generations.serve(next.name, next.generation)
      return true
    })
    return value
  }

  /** Gives up a generation that cannot be filled; its tables can go. */
  async giveUp(record: GenerationRecord): Promise<void> {
    await this.#options.store.transaction(({ generations }) => generations.retire(record))
  }

  serving(): Promise<GenerationRecord | undefined> {
    return this.#options.store.read(({ generations }) => this.#find(generations, 'serving'))
  }

  /** Drops a retired generation: tables, cursors, parked events. */
  async drop(generation: number): Promise<void> {
    const { store, projection } = this.#options
    await store.transaction(async ({ generations, consumption }) => {
      const record = (await generations.list(projection.name)).find((found) => found.generation === generation)
      if (record?.status !== 'retired') return
      await generations.drop(record)
      await consumption.forget(consumerName(record))
    })
  }

  async #find(generations: Records, status: GenerationRecord['status']): Promise<GenerationRecord | undefined> {
    return (await generations.list(this.#options.projection.name)).find((record) => record.status === status)
  }

  /** Returns the generation of this version that is being filled, and gives up those of other versions. */
  async #building(generations: Records): Promise<GenerationRecord | undefined> {
    const { name, version } = this.#options.projection
    const building = (await generations.list(name)).filter(({ status }) => status === 'building')
    for (const record of building) if (record.version !== version) await generations.retire(record)
    return building.find((record) => record.version === version)
  }

  async #create(generations: Records, status: GenerationRecord['status']): Promise<GenerationRecord> {
    const { name, version, tables } = this.#options.projection
    const generation = ((await generations.list(name)).at(-1)?.generation ?? 0) + 1
    return generations.create({ name, generation, version, status }, tables(tableNames(generation)))
  }
}
