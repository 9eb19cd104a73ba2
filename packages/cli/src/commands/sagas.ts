import { BanyanError } from 'banyan/kernel'
import { SAGA_STATUSES } from 'banyan/store'
import { oneLine } from 'banyan/telemetry'
import type { Command, CommandCall, CommandOption } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { theRunningPlatform } from '../operator.ts'
import { PAGE_OPTIONS, printPage } from '../pages.ts'
import { sagaRow, sagaText, type ShownSagaItem, type ShownStep } from '../saga-view.ts'

const SAGA = ['service', 'id'] as const
const reason: CommandOption = { value: 'text', summary: 'why; recorded with what you change', required: true }

/** `banyan sagas`: lists sagas and settles stuck ones. */
export const sagas: Command = {
  name: 'sagas',
  summary: 'list sagas; retry, skip or roll back a stuck one',
  about: 'Works on the running platform. What you change is recorded with your reason.',
  usually: 'list',
  actions: {
    list: {
      arguments: [],
      options: {
        status: { value: 'status', summary: `one of ${SAGA_STATUSES.join(', ')}`, values: SAGA_STATUSES },
        service: { value: 'name', summary: 'of this service' },
        name: { value: 'saga', summary: 'of this kind, e.g. place-order' },
        ...PAGE_OPTIONS,
      },
      summary: 'sagas of all services, by id',
      run: (call) =>
        printPage(call, {
          path: '/sagas',
          filter: ['status', 'service', 'name', 'limit', 'after'],
          row: (item) => sagaRow(item as unknown as ShownSagaItem),
          empty: 'No sagas match.',
        }),
    },
    show: { arguments: SAGA, options: {}, summary: 'one saga with its steps', run: show },
    retry: {
      arguments: SAGA,
      options: { reason },
      summary: 'lets a stuck saga go on from where it stands',
      run: (call) => change(call, 'retry'),
    },
    skip: {
      arguments: SAGA,
      options: {
        step: { value: 'name', summary: 'the step that was settled by hand', required: true },
        output: { value: 'JSON', summary: 'what the step would have answered; default: what the author of the saga declared for it' },
        reason,
      },
      summary: 'marks a step, or its compensation, as settled by hand',
      run: (call) => change(call, 'skip', { step: call.options['step'], ...outputOf(call) }),
    },
    rollback: { arguments: SAGA, options: { reason }, summary: 'asks a saga to roll back', run: (call) => change(call, 'rollback') },
  },
}

async function show(call: CommandCall): Promise<number> {
  const operator = await theRunningPlatform(call)
  const { saga, steps } = (await operator.get(pathOf(call))) as { saga: ShownSagaItem; steps: ShownStep[] }
  call.print(call.json ? JSON.stringify({ saga, steps }) : sagaText(saga, steps))
  return EXIT.ok
}

async function change(call: CommandCall, action: 'retry' | 'skip' | 'rollback', more: object = {}): Promise<number> {
  const operator = await theRunningPlatform(call)
  const answer = await operator.post(`${pathOf(call)}/${action}`, { reason: call.options['reason'], ...more })
  call.print(
    call.json ? JSON.stringify(answer ?? { ok: true }) : oneLine(`Done: ${action} of ${call.positionals[1]}. It goes on by itself.`),
  )
  return EXIT.ok
}

function outputOf({ options: { output } }: CommandCall): { readonly output?: unknown } {
  if (output === undefined) return {}
  try {
    return { output: JSON.parse(output) as unknown }
  } catch {
    throw new BanyanError('invalid_argument', `--output must be JSON, e.g. null, true or '{"amountMinor":100}'; got ${oneLine(output)}`)
  }
}

function pathOf({ positionals: [service = '', id = ''] }: CommandCall): string {
  return `/sagas/${encodeURIComponent(service)}/${encodeURIComponent(id)}`
}
