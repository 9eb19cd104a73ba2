import type { Command } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { requireOperator } from '../operator-client.ts'
import { requiredOption, requiredPositional } from '../required.ts'

/** `banyan projections`: rebuilds a read model from the log while the old one serves. */
export const projections: Command = {
  name: 'projections',
  summary: 'rebuild a read model from the log while it serves',
  help: `Usage: banyan projections rebuild <service> <projection> --reason "..."

Fills new tables from the first event on; readers use the old ones until the new ones have caught up.
See its progress with: banyan events lag`,
  options: { reason: { type: 'string' } },
  async run(call) {
    if (call.positionals[0] !== 'rebuild') {
      call.printError('banyan projections: expected "rebuild"; see banyan projections --help')
      return EXIT.usage
    }
    const service = requiredPositional(call, 1, 'the service')
    const projection = requiredPositional(call, 2, 'the projection')
    const answer = await (
      await requireOperator(call)
    ).post('/projections/rebuild', { service, projection, reason: requiredOption(call, 'reason') })
    call.print(call.json ? JSON.stringify(answer ?? { ok: true }) : `Rebuilding ${projection} of ${service}; it serves all the while.`)
    return EXIT.ok
  },
}
