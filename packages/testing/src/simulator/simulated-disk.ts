import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { misuse } from 'banyan/kernel'
import type { Sql, StoreFactory } from 'banyan/store'
import { SqliteMedium } from 'banyan/store/sqlite'
import { simulatedStore, simulatedSync } from './simulated-store.ts'
import type { Weather } from './weather.ts'

/** Where a simulated platform keeps its data: it stays while processes come and go. */
export interface SimulatedDisk extends Disposable {
  /** Directory for other files of the services; emptied by nobody. */
  readonly directory: string
  /** Opens stores for one process. */
  stores(weather: Weather): StoreFactory<Sql>
  /** The process that uses the disk died. `keeps` decides for each service whether a commit that was under way is durable. */
  crash(keeps: (service: string) => boolean): void
  /** Remembers all stores as they are now. */
  takePicture(): void
  /** Brings back what {@link takePicture} remembered; stores made since are empty again. */
  restore(): void
}

interface ServiceDisk {
  readonly medium: SqliteMedium
  isUnderWay: boolean
}

/** A file system in memory, where there is one: nothing of a simulation needs to survive the machine. */
const MEMORY = '/dev/shm'

/** A service's name is part of a file's name, as in the SQLite adapter. */
const SERVICE = /^[a-z0-9][a-z0-9_-]{0,62}$/i

/**
 * Makes an empty disk. Its stores run the SQLite adapter's own code on SQLite files in memory; only the moment of a commit is simulated,
 * and what a crash does to it.
 */
export function simulatedDisk(): SimulatedDisk {
  const directory = mkdtempSync(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'banyan-disk-'))
  const services = new Map<string, ServiceDisk>()
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  process.once('exit', remove) // memory is not for a run that was broken off

  function diskOf(service: string): ServiceDisk {
    if (!SERVICE.test(service)) misuse(`"${service}" cannot name a file; use letters, digits, "-" and "_", at most 63`)
    const known = services.get(service)
    if (known) return known
    const disk = { medium: new SqliteMedium(path.join(directory, `${service}.db`)), isUnderWay: false }
    services.set(service, disk)
    return disk
  }
  return {
    directory,
    stores: (weather) => ({
      offer: () => ({ adapter: 'simulated', engines: ['sql'] }),
      async open(options) {
        const { service } = options
        const disk = diskOf(service)
        const sync = simulatedSync(service, weather, (isUnderWay) => (disk.isUnderWay = isUnderWay))
        return simulatedStore(service, await disk.medium.open({ ...options, sync }), weather)
      },
    }),
    crash(keeps) {
      for (const [service, disk] of services) {
        disk.medium.crash(disk.isUnderWay && keeps(service))
        disk.isUnderWay = false
      }
    },
    takePicture() {
      for (const { medium } of services.values()) medium.takePicture()
    },
    restore() {
      for (const { medium } of services.values()) medium.restore()
    },
    [Symbol.dispose]() {
      for (const { medium } of services.values()) medium[Symbol.dispose]()
      process.off('exit', remove)
      remove()
    },
  }
}
