import { oneLine } from 'banyan/telemetry'
import type { Command, CommandCall, CommandEnvironment } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { loadPlatform } from '../load-platform.ts'
import { theRunningPlatform } from '../operator.ts'
import { printPage } from '../pages.ts'

type Row = Readonly<Record<string, unknown>>

/** `banyan projections`: shows read models, and rebuilds one from the log while the old one serves. */
export const projections: Command = {
  name: 'projections',
  summary: 'see how far read models are rebuilt, or rebuild one while it serves',
  usually: 'list',
  about: `A rebuild fills new tables from the first event on; readers use the old ones until the new ones have caught up.
A read model whose version has changed is rebuilt at the start; until that is done the process is not ready.`,
  actions: {
    list: {
      arguments: [],
      options: {},
      summary: 'what each read model serves, and how far new tables are filled',
      run: (call) => printPage(call, { path: '/projections', row: statusRow, empty: 'No projections.' }),
    },
    rebuild: {
      arguments: ['service', 'projection'],
      options: { reason: { value: 'text', summary: 'why; recorded', required: true } },
      summary: 'begins to rebuild a projection',
      choices: projectionsHere,
      run: rebuild,
    },
  },
}

function statusRow({ service, projection, version, rebuilding }: Row): Row {
  if (typeof rebuilding !== 'object' || rebuilding === null) return { service, projection, version, state: 'serves' }
  const { version: next, done, of } = rebuilding as { version: number; done: number; of: number }
  const state = next === version ? 'rebuilding' : `rebuilding version ${next}`
  return { service, projection, version, state: `${state}: ${done} of ${of} events` }
}

/** The projections of the platform that this folder maps, as `rebuild` takes them. */
async function projectionsHere({ directory }: CommandEnvironment): Promise<readonly string[]> {
  const { services } = await loadPlatform(directory)
  return services.flatMap((service) => service.parts.projections.map((projection) => `${service.name} ${projection.name}`))
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
