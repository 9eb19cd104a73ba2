import type { Hold, HoldRecords } from '../records/hold-records.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** Who holds what. */
export const holds = collection({ name: 'banyan_hold', key: ({ name }: Hold) => [name] })

/** Holds in documents. */
export class DocumentHoldRecords implements HoldRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async hold({ name, owner, expiresAt }: Hold, now: number): Promise<boolean> {
    return this.#replace({ name, owner, expiresAt }, (found) => found === undefined || found.owner === owner || found.expiresAt <= now)
  }

  find(name: string): Promise<Hold | undefined> {
    return this.#documents.get(holds, [name])
  }

  async takeFrom(other: Hold, { name, owner, expiresAt }: Hold): Promise<boolean> {
    return this.#replace({ name, owner, expiresAt }, (found) => found?.owner === other.owner && found.expiresAt === other.expiresAt)
  }

  async release(name: string, owner: string): Promise<void> {
    if ((await this.#documents.get(holds, [name]))?.owner === owner) await this.#documents.remove(holds, [name])
  }

  async #replace(hold: Hold, isFree: (found: Hold | undefined) => boolean): Promise<boolean> {
    let isHeld = false
    await this.#documents.change(holds, [hold.name], (found) => {
      isHeld = isFree(found)
      return isHeld ? hold : undefined
    })
    return isHeld
  }
}
