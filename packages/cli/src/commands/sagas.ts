import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { requireOperator } from '../operator-client.ts'
import { queryOf, requiredOption, requiredPositional } from '../required.ts'
import { sagaRow, sagaText, type ShownSagaItem, type ShownStep } from '../saga-view.ts'
import { table } from '../table.ts'

/** `banyan sagas`: lists sagas and settles stuck ones. */
export const sagas: Command = {
  name: 'sagas',
  summary: 'list sagas; retry, skip or roll back a stuck one',
  help: `Usage: banyan sagas [list] [--status stuck] [--service orders] [--name place-order] [--limit 50]
       banyan sagas show <service> <id>
       banyan sagas retry <service> <id> --reason "..."
       banyan sagas skip <service> <id> --step <name> --reason "..."
       banyan sagas rollback <service> <id> --reason "..."

Works on the running platform. What you change is recorded with your reason.
--json prints the answer as JSON.`,
  options: {
    status: { type: 'string' },
    service: { type: 'string' },
    name: { type: 'string' },
    limit: { type: 'string' },
    step: { type: 'string' },
    reason: { type: 'string' },
  },
  async run(call) {
    const [action = 'list'] = call.positionals
    if (action === 'list') return list(call)
    if (action === 'show') return show(call)
    if (action === 'retry' || action === 'skip' || action === 'rollback') return change(call, action)
    call.printError(`banyan sagas: there is no "${action}"; see banyan sagas --help`)
    return EXIT.usage
  },
}

async function list(call: CommandCall): Promise<number> {
  const operator = await requireOperator(call)
  const { items } = (await operator.get(`/sagas${queryOf(call, ['status', 'service', 'name', 'limit'])}`)) as { items: ShownSagaItem[] }
  if (call.json) call.print(JSON.stringify(items))
  else call.print(table(items.map(sagaRow), 'No sagas match.'))
  return EXIT.ok
}

async function show(call: CommandCall): Promise<number> {
  const operator = await requireOperator(call)
  const detail = (await operator.get(path(call))) as { saga: ShownSagaItem; steps: ShownStep[] }
  call.print(call.json ? JSON.stringify(detail) : sagaText(detail.saga, detail.steps))
  return EXIT.ok
}

async function change(call: CommandCall, action: 'retry' | 'skip' | 'rollback'): Promise<number> {
  const reason = requiredOption(call, 'reason')
  const step = action === 'skip' ? { step: requiredOption(call, 'step') } : {}
  const operator = await requireOperator(call)
  const answer = await operator.post(`${path(call)}/${action}`, { reason, ...step })
  call.print(call.json ? JSON.stringify(answer ?? { ok: true }) : `Done: ${action} of ${call.positionals[2]}. It goes on by itself.`)
  return EXIT.ok
}

function path(call: CommandCall): string {
  const service = requiredPositional(call, 1, 'the service')
  return `/sagas/${encodeURIComponent(service)}/${encodeURIComponent(requiredPositional(call, 2, "the saga's id"))}`
}
