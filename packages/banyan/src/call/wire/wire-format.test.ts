import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { command, contract, declareError, servicePrincipal, Type } from '../../contract/index.ts'
import { BanyanError, type Clock, createRuntime, ERROR_CODES, seededRandom } from '../../kernel/index.ts'
import { BODY_BYTES_MAX, type Header, HEADER_BYTES_MAX, memoryNetwork, type Network } from '../../network/index.ts'
import { newTrace } from '../../telemetry/index.ts'
import { hmacTickets } from './hmac-tickets.ts'
import { remoteTransport } from './remote-transport.ts'
import { serveCalls } from './serve-calls.ts'
import { WIRE, WIRE_VERSION } from './wire.ts'

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../../../docs/wire-format.md'), 'utf8')
const clock: Clock = { now: () => Date.UTC(2026, 10, 30), monotonic: () => 0, setTimer: () => () => {}, soon: () => {} }
const { ids, log } = createRuntime({ clock, random: seededRandom(1) })
const stock = contract('stock', {
  operations: {
    reserve: command('POST /api/reservations', {
      input: Type.Object({ sku: Type.String(), quantity: Type.Integer() }),
      output: Type.Object({ left: Type.Integer() }),
      access: 'internal',
      errors: { sold_out: declareError(409, Type.Object({ sku: Type.String() }), 'safe', 'Too few are left; ask again later.') },
    }),
  },
})

/** Writes down what crosses a network. */
async function written(answer: () => Promise<{ output: unknown; token: string; replayed: boolean }>): Promise<string[]> {
  const messages: string[] = []
  const note = (line: string, headers: Iterable<Header>, body: Uint8Array): void =>
    void messages.push(`${line}\n${[...headers].map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n${Buffer.from(body).toString()}`)
  const memory = memoryNetwork({ clock })
  const tickets = hmacTickets({ secrets: ['0123456789abcdef0123456789abcdef'], clock })
  const runtime = { clock, ids, log }
  const { address } = await serveCalls({ network: memory.process('p2'), local: { send: answer }, tickets, runtime })
  const network: Network = {
    ...memory.process('p1'),
    async request(request) {
      note(`POST ${request.path}`, request.headers ?? [], request.body as Uint8Array)
      const received = await memory.process('p1').request(request)
      const bytes = await received.body.bytes()
      note(String(received.status), received.headers, bytes)
      return { ...received, body: { ...received.body, bytes: async () => bytes } }
    },
  }
  const transport = remoteTransport({ network, process: 'p1', tickets, clock, addressOf: () => address })
  const scope = {
    principal: servicePrincipal('orders'),
    deadline: { at: 4_200 },
    trace: newTrace(ids),
    correlationId: 'ord_7',
    causationId: 'saga:ord_7',
    key: 'ord_7:reserve',
  }
  const call = { service: 'stock', operation: 'reserve', definition: stock.operations.reserve, input: { sku: 'TEA', quantity: 2 }, scope }
  await transport.send(call).catch(() => {})
  return messages
}

test('the page shows a call, its answer and an error as they cross the wire', async () => {
  const answered = await written(async () => ({ output: { left: 5 }, token: '1042', replayed: true }))
  const failed = await written(async () => {
    throw new BanyanError('sold_out', 'Too few are left; ask again later.', {
      declared: true,
      status: 409,
      retry: 'safe',
      data: { sku: 'TEA' },
      from: 'stock.reserve',
      retryAfterMs: 1_500,
    })
  })
  for (const message of [answered[0], answered[1], failed[1]])
    assert.ok(PAGE.includes(`\`\`\`http\n${message}\n\`\`\``), `the page lacks:\n${message}`)
})

test('the page names every header, the version and the limits', () => {
  for (const name of Object.values(WIRE)) assert.match(PAGE, new RegExp(`^\\| \`${name}\` \\|`, 'm'))
  assert.ok(PAGE.includes(`Version **${WIRE_VERSION}**`))
  assert.ok(PAGE.includes(`${HEADER_BYTES_MAX.toLocaleString('en')} bytes`) && PAGE.includes(`${BODY_BYTES_MAX / 1_048_576} MiB`))
})

test('the page lists every code of the platform with its status and retry advice', () => {
  const rows = Object.entries(ERROR_CODES).map(([code, { status, retry }]) => `| \`${code}\` | ${status} | ${retry} |`)
  for (const row of rows) assert.ok(PAGE.includes(`${row}\n`), `the page lacks: ${row}`)
  assert.equal(PAGE.match(/^\| `[a-z_]+` \| \d{3} \| \w+ \|$/gm)?.length, rows.length)
})
