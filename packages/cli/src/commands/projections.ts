import { oneLine } from 'banyan/telemetry'
import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { theRunningPlatform } from '../operator.ts'

/** `banyan projections`: rebuilds a read model from the log while the old one serves. */
export const projections: Command = {
  name: 'projections',
  summary: 'rebuild a read model from the log while it serves',
  about: `Fills new tables from the first event on; readers use the old ones until the new ones have caught up.
See its progress with: banyan events lag`,
  actions: {
    rebuild: {
      arguments: ['service', 'projection'],
      options: { reason: { value: 'text', summary: 'why; recorded', required: true } },
      summary: 'begins to rebuild a projection',
      run: rebuild,
    },
  },
}

async function rebuild(call: CommandCall): Promise<number> {
  const [service, projection] = call.positionals
  const operator = await theRunningPlatform(call)
  const answer = await operator.post('/projections/rebuild', { service, projection, reason: call.options['reason'] })
  call.print(
    call.json ? JSON.stringify(answer ?? { ok: true }) : oneLine(`Rebuilding ${projection} of ${service}; it serves all the while.`),
  )
  return EXIT.ok
}
