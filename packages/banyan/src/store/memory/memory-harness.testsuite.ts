import type { StoreHarness, StorePlace } from '../suite/store.testsuite.ts'
import { openCounted } from './counted-documents.testsuite.ts'
import { MEMORY_FEATURES } from './memory-features.ts'
import { MEMORY_BYTES_MAX, MemoryData } from './memory-data.ts'
import { storesIn } from './memory-stores.ts'

/** Bytes left in the simulated memory: about five of the suite's big rows. */
const BYTES_LEFT = 650_000

/** Puts stores in memory to the conformance suite. */
export const memoryHarness: StoreHarness = {
  name: 'memory',
  declared: MEMORY_FEATURES,
  features: { shared: false, fillDisk: true, damage: false, apart: false, positionsLater: false, migrations: false, crashes: false },
  costs: { open: openCounted },
  async createPlace(): Promise<StorePlace> {
    const services = new Map<string, MemoryData>()
    const dataOf = (service: string): MemoryData => {
      const data = services.get(service) ?? new MemoryData(MEMORY_BYTES_MAX)
      services.set(service, data)
      return data
    }
    return {
      factory: storesIn(dataOf),
      child: { module: '', export: '', argument: undefined },
      async fillDisk() {
        const data = dataOf('test')
        data.bytesMax = data.version.bytes + BYTES_LEFT
        return async () => void (data.bytesMax = MEMORY_BYTES_MAX)
      },
      [Symbol.asyncDispose]: async () => services.clear(),
    }
  },
}
