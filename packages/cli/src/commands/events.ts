import { oneLine } from 'banyan/telemetry'
import type { Command, CommandCall, CommandOption } from '../command.ts'
import { acceptLostEvents } from './accept-loss.ts'
import { EXIT } from '../exit-code.ts'
import { theRunningPlatform } from '../operator.ts'
import { PAGE_OPTIONS, printPage } from '../pages.ts'

type Row = Readonly<Record<string, unknown>>

const PLACE = {
  service: { value: 'name', summary: 'whose consumer it is' },
  consumer: { value: 'name', summary: 'the consumer, as events lag shows it' },
  source: { value: 'name', summary: 'the service whose events it reads' },
} as const satisfies Record<string, CommandOption>
const key: CommandOption = { value: 'text', summary: "the events' key, e.g. an order's id" }
const position: CommandOption = { value: 'number', summary: 'place of the event in the log of its source', required: true, count: true }
const lastCommon: CommandOption = {
  value: 'number',
  summary: 'newest event of the older copy when it was restored, if it was written to since',
}
const reason: CommandOption = { value: 'text', summary: 'why; recorded with what you change', required: true }

/** `banyan events`: shows flows, lag and parked events; redrives or skips the parked ones. */
export const events: Command = {
  name: 'events',
  summary: 'follow a flow, see lag, list, redrive or skip parked events',
  about: 'Works on the running platform, but for accept-loss. What changes something is recorded with your reason.',
  usually: 'lag',
  actions: {
    lag: {
      arguments: [],
      options: {},
      summary: 'how far each consumer is behind, and how many of its events are parked',
      run: (call) => printPage(call, { path: '/lag', row: lagRow, empty: 'No consumers.' }),
    },
    flow: {
      arguments: ['correlation id'],
      options: {},
      summary: "all events of one business flow, e.g. by an order's id",
      run: (call) =>
        printPage(call, {
          path: `/flows/${encodeURIComponent(call.positionals[0] ?? '')}`,
          row: flowRow,
          missing: `no events carry the correlation id "${call.positionals[0]}"`,
        }),
    },
    parked: {
      arguments: [],
      options: { ...PLACE, key, ...PAGE_OPTIONS },
      summary: 'parked events, by service and position',
      run: (call) =>
        printPage(call, {
          path: '/parked',
          filter: ['service', 'consumer', 'source', 'key', 'limit', 'after'],
          row: parkedRow,
          below: thrownText,
          empty: 'Nothing is parked.',
        }),
    },
    redrive: {
      arguments: [],
      options: { ...required(PLACE), key: { ...key, required: true }, reason },
      summary: 'handles the parked events of a key again, in order',
      run: redrive,
    },
    skip: {
      arguments: [],
      options: { ...required(PLACE), position, reason },
      summary: 'gives a parked event up and redrives those behind it',
      run: skip,
    },
    readers: {
      arguments: [],
      options: {},
      summary: 'services in other processes that read the logs of those here, and how far; events wait for them',
      run: (call) => printPage(call, { path: '/readers', row: readerRow, empty: 'Nobody reads in another process.' }),
    },
    'forget-reader': {
      arguments: [],
      options: {
        service: { value: 'name', summary: 'whose log it is', required: true },
        reader: { value: 'name', summary: 'the service that reads it', required: true },
        consumer: { value: 'name', summary: 'its consumer, as events readers shows it', required: true },
        reason,
      },
      summary: 'keeps no events any more for a reader in another process that is gone for good',
      run: forgetReader,
    },
    'accept-loss': {
      arguments: [],
      options: { service: { ...PLACE.service, required: true }, position: lastCommon, reason },
      summary: 'goes on with an older copy of a service, without the events it lacks; on a stopped platform',
      run: acceptLostEvents,
    },
  },
}

function required(options: Readonly<Record<string, CommandOption>>): Record<string, CommandOption> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, { ...option, required: true }]))
}

function lagRow({ service, consumer, source, position: at, head, parked, parkedMore }: Row): Row {
  return { service, consumer, source, position: at, head, parked: parkedMore === true ? `${String(parked)}+` : parked }
}

function readerRow({ service, reader, consumer, position: at, seenAt, forgottenAt }: Row): Row {
  return { service, reader, consumer: consumer ?? 'any', position: at, seen: seenAt ?? 'never', forgotten: forgottenAt ?? '' }
}

function flowRow({ time, source, type, key: of, position: at, data }: Row): Row {
  return { time, source, type, key: of, position: at, data }
}

function parkedRow({ service, consumer, source, position: at, key: of, state, attempts, error }: Row): Row {
  return {
    service,
    consumer,
    source,
    position: at,
    key: of,
    state,
    attempts,
    error: typeof error === 'string' ? error.split('\n', 1)[0] : error,
  }
}

/** What the handler threw and where, for the event that a person has to look at. */
function thrownText({ service, consumer, position: at, error }: Row): string | undefined {
  const [, ...thrown] = typeof error === 'string' ? error.split('\n') : []
  if (thrown.length === 0) return undefined
  return [
    oneLine(`Thrown in ${String(service)}, consumer ${String(consumer)}, at position ${String(at)}:`),
    ...thrown.map((line) => `  ${oneLine(line)}`),
  ].join('\n')
}

async function redrive(call: CommandCall): Promise<number> {
  const answer = await (await theRunningPlatform(call)).post('/parked/redrive', { ...targetOf(call), key: call.options['key'] })
  call.print(call.json ? JSON.stringify(answer ?? { ok: true }) : oneLine(`Redriving key ${call.options['key']}, oldest first.`))
  return EXIT.ok
}

async function skip(call: CommandCall): Promise<number> {
  const at = Number(call.options['position'])
  const answer = await (await theRunningPlatform(call)).post('/parked/skip', { ...targetOf(call), position: at })
  call.print(call.json ? JSON.stringify(answer ?? { ok: true }) : `Skipped position ${at}; the events behind it are redriven.`)
  return EXIT.ok
}

async function forgetReader(call: CommandCall): Promise<number> {
  const { service, reader, consumer, reason: why } = call.options
  const answer = await (await theRunningPlatform(call)).post('/readers/forget', { service, reader, consumer, reason: why })
  call.print(
    call.json
      ? JSON.stringify(answer ?? { ok: true })
      : oneLine(`Let go of ${consumer} of ${reader}; events of ${service} no longer wait for it.`),
  )
  return EXIT.ok
}

function targetOf({ options: { service, consumer, source, reason: why } }: CommandCall): Row {
  return { service, consumer, source, reason: why }
}
