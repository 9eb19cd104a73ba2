import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { requireOperator } from '../operator-client.ts'
import { queryOf, requiredOption, requiredPositional } from '../required.ts'
import { isoTime, table } from '../table.ts'

type Row = Readonly<Record<string, unknown>>

/** `banyan events`: shows flows, lag and parked events; redrives or skips the parked ones. */
export const events: Command = {
  name: 'events',
  summary: 'follow a flow, see lag, list, redrive or skip parked events',
  help: `Usage: banyan events flow <correlation id>     all events of one business flow, e.g. an order's id
       banyan events lag                       how far each consumer is behind
       banyan events parked [--service s] [--consumer c] [--key k] [--limit 50]
       banyan events redrive --service s --consumer c --source s2 --key k --reason "..."
       banyan events skip --service s --consumer c --source s2 --position n --reason "..."

Works on the running platform. Redrive and skip are recorded with your reason.
--json prints the answer as JSON.`,
  options: {
    service: { type: 'string' },
    consumer: { type: 'string' },
    source: { type: 'string' },
    key: { type: 'string' },
    position: { type: 'string' },
    limit: { type: 'string' },
    reason: { type: 'string' },
  },
  async run(call) {
    const [action = 'lag'] = call.positionals
    if (action === 'flow')
      return print(
        call,
        `/flows/${encodeURIComponent(requiredPositional(call, 1, 'the correlation id'))}`,
        flowRow,
        'No events carry that correlation id.',
      )
    if (action === 'lag') return print(call, '/lag', (item) => item, 'No consumers.')
    if (action === 'parked')
      return print(call, `/parked${queryOf(call, ['service', 'consumer', 'source', 'key', 'limit'])}`, parkedRow, 'Nothing is parked.')
    if (action === 'redrive') return redrive(call)
    if (action === 'skip') return skip(call)
    call.printError(`banyan events: there is no "${action}"; see banyan events --help`)
    return EXIT.usage
  },
}

async function print(call: CommandCall, path: string, rowOf: (item: Row) => Row, empty: string): Promise<number> {
  const operator = await requireOperator(call)
  const { items } = (await operator.get(path)) as { items: Row[] }
  call.print(call.json ? JSON.stringify(items) : table(items.map(rowOf), empty))
  return EXIT.ok
}

function flowRow({ time, source, type, key, position, data }: Row): Row {
  return { time: isoTime(time), source, type, key, position, data: typeof data === 'string' ? data : JSON.stringify(data) }
}

function parkedRow({ service, consumer, source, position, key, state, attempts, error }: Row): Row {
  return { service, consumer, source, position, key, state, attempts, error }
}

async function redrive(call: CommandCall): Promise<number> {
  const target = targetOf(call)
  const answer = await (await requireOperator(call)).post('/parked/redrive', { ...target, key: requiredOption(call, 'key') })
  call.print(call.json ? JSON.stringify(answer ?? { ok: true }) : `Redriving key ${String(call.options.key)}, oldest first.`)
  return EXIT.ok
}

async function skip(call: CommandCall): Promise<number> {
  const target = targetOf(call)
  const answer = await (await requireOperator(call)).post('/parked/skip', { ...target, position: Number(requiredOption(call, 'position')) })
  call.print(
    call.json
      ? JSON.stringify(answer ?? { ok: true })
      : `Skipped position ${String(call.options.position)}; the events behind it are redriven.`,
  )
  return EXIT.ok
}

function targetOf(call: CommandCall): Row {
  const [service, consumer, source, reason] = ['service', 'consumer', 'source', 'reason'].map((name) => requiredOption(call, name))
  return { service, consumer, source, reason }
}
