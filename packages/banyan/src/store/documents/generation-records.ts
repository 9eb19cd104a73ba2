import type { GenerationRecord, GenerationRecords } from '../records/generation-records.ts'
import { misuse } from '../../kernel/error.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

type Named = Pick<GenerationRecord, 'name' | 'generation'>

/** Generations of projections, by which are being filled and which serve. */
export const generations = collection({
  name: 'banyan_generation',
  key: ({ name, generation }: GenerationRecord) => [name, generation],
  indexes: {
    building: ({ name, generation, status }) => (status === 'building' ? [name, generation] : undefined),
    serving: ({ name, version, generation, status }) => (status === 'serving' ? [name, version, generation] : undefined),
  },
})

/** Old ones are dropped soon after a swap, so there are never many. */
const GENERATIONS_MAX = 1_000

/**
 * Generations of projections in documents. Projections are kept in tables of SQL, so that there are none here; what asks for them is answered.
 */
export class DocumentGenerationRecords implements GenerationRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  list(name: string): Promise<GenerationRecord[]> {
    return this.#documents.range(generations, { within: [name], limit: GENERATIONS_MAX })
  }

  async listBuilding(): Promise<Named[]> {
    const building = await this.#documents.range(generations, { index: 'building', limit: GENERATIONS_MAX })
    return building.map(({ name, generation }) => ({ name, generation }))
  }

  async create(record: Omit<GenerationRecord, 'tables'>, parts: readonly string[]): Promise<GenerationRecord> {
    if (parts.length > 0)
      misuse(`projection ${record.name} has tables in SQL, which this store does not keep; give its service a store that does`)
    const { name, generation, version, status } = record
    const made: GenerationRecord = { name, generation, version, status, tables: [] }
    await this.#documents.add(generations, made)
    return made
  }

  async serve(name: string, generation: number): Promise<void> {
    for (const each of await this.list(name)) {
      if (each.generation === generation) await this.#become(each, 'serving')
      else if (each.status === 'serving') await this.#become(each, 'retired')
    }
  }

  retire(record: Named): Promise<void> {
    return this.#become(record, 'retired')
  }

  async drop({ name, generation }: Named): Promise<void> {
    const found = await this.#documents.get(generations, [name, generation])
    if (found?.status === 'retired') await this.#documents.remove(generations, [name, generation])
  }

  async isSuperseded({ name, version, generation }: Pick<GenerationRecord, 'name' | 'version' | 'generation'>): Promise<boolean> {
    const later = { index: 'serving', within: [name, version], after: [generation], limit: 1 } as const
    return (await this.#documents.range(generations, later)).length > 0
  }

  async #become({ name, generation }: Named, status: GenerationRecord['status']): Promise<void> {
    await this.#documents.change(generations, [name, generation], (found) => found && { ...found, status })
  }
}
