import type { RunningPlatform } from 'banyan/host'
import platform from '../../platform.ts'

/** Lets the services of the shop remove, by their own rules, what is due at a moment; `limit` rows by each rule at most. */
export async function removeDue({ services }: Pick<RunningPlatform, 'services'>, now: number, limit: number): Promise<void> {
  for (const { name, parts } of platform.services) {
    const hosted = services.find((service) => service.name === name)
    for (const { remove } of parts.retention.rules ?? [])
      await hosted?.store.transaction((tx) => remove(hosted.repository(tx.database), now, limit))
  }
}
