// Every command in every state that has an exit code of its own: with a platform that runs, with none, with what is not there, with what is wrong.
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, suite, test } from 'node:test'
import { gateway } from '@banyan/gateway'
import { temporaryDirectory } from '@banyan/testing'
import { platform, type RunningPlatform, startPlatform } from 'banyan/host'
import { createRuntime, silentLogger } from 'banyan/kernel'
import { sqliteStores } from 'banyan/store/sqlite'
import { loadPlatform } from './load-platform.ts'
import { localUrl, writeOperatorFile } from './operator-file.ts'
import { COMMANDS, runCommand } from './run-command.ts'

const KEY = 'the-key-of-the-operator-0123456789'
const PLATFORM = `
import { define, contract, command, event, service, Type } from 'banyan'
import { platform } from 'banyan/host'
const notes = contract('notes', {
  operations: { write: command('POST /api/notes', { input: Type.Object({ text: Type.String({ maxLength: 9 }) }), output: Type.Object({}), access: 'public' }) },
  events: { 'notes.written': event({ key: 'text', data: Type.Object({ text: Type.String({ maxLength: 9 }) }) }) },
})
const parts = define(notes, { listens: [notes] })
const write = parts.operation('write', async () => ({}))
const board = parts.projection('board', { version: 1, tables: () => [], on: {} })
const copy = parts.saga('copy', async () => null)
export default platform({ services: [service(parts.definition, { operations: [write], sagas: [copy], projections: [board], on: [parts.on('notes.written', async () => {})] })] })
`

/** Each action with arguments that are right in form and name what is not there, and how it ends when a platform runs and when none does. */
const WALK: readonly { readonly args: readonly string[]; readonly running: number; readonly stopped: number }[] = [
  { args: ['sagas', 'list'], running: 0, stopped: 69 },
  { args: ['sagas', 'list', '--status', 'stuck', '--limit', '5'], running: 0, stopped: 69 },
  { args: ['sagas', 'list', '--service', 'nope'], running: 66, stopped: 69 },
  { args: ['sagas', 'list', '--status', 'nope'], running: 2, stopped: 2 },
  { args: ['sagas', 'show', 'notes', 'nope'], running: 66, stopped: 69 },
  { args: ['sagas', 'show', 'nope', 'nope'], running: 66, stopped: 69 },
  { args: ['sagas', 'retry', 'notes', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['sagas', 'retry', 'nope', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['sagas', 'skip', 'notes', 'nope', '--step', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['sagas', 'rollback', 'notes', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['events', 'lag'], running: 0, stopped: 69 },
  { args: ['events', 'flow', 'nope'], running: 66, stopped: 69 },
  { args: ['events', 'parked'], running: 0, stopped: 69 },
  { args: ['events', 'parked', '--service', 'nope'], running: 66, stopped: 69 },
  { args: ['events', 'redrive', ...place('notes', 'main', 'notes'), '--key', 'nope'], running: 66, stopped: 69 },
  { args: ['events', 'redrive', ...place('nope', 'main', 'notes'), '--key', 'nope'], running: 66, stopped: 69 },
  { args: ['events', 'redrive', ...place('notes', 'nope', 'nope'), '--key', 'nope'], running: 66, stopped: 69 },
  { args: ['events', 'skip', ...place('notes', 'main', 'notes'), '--position', '7'], running: 66, stopped: 69 },
  { args: ['events', 'skip', ...place('notes', 'nope', 'nope'), '--position', '7'], running: 66, stopped: 69 },
  { args: ['events', 'readers'], running: 0, stopped: 69 },
  { args: ['events', 'forget-reader', ...reader('notes', 'nope')], running: 66, stopped: 69 },
  { args: ['events', 'forget-reader', ...reader('notes', 'notes')], running: 3, stopped: 69 },
  { args: ['events', 'forget-reader', ...reader('nope', 'notes')], running: 66, stopped: 69 },
  { args: ['events', 'accept-loss', '--service', 'nope', '--reason', 'test'], running: 3, stopped: 66 },
  { args: ['events', 'accept-loss', '--service', 'notes', '--reason', 'test'], running: 3, stopped: 3 },
  { args: ['projections', 'list'], running: 0, stopped: 69 },
  { args: ['projections', 'rebuild', 'notes', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['projections', 'rebuild', 'nope', 'nope', '--reason', 'test'], running: 66, stopped: 69 },
  { args: ['audit'], running: 66, stopped: 66 }, // the platform defines no invariants
]

function reader(service: string, name: string): string[] {
  return ['--service', service, '--reader', name, '--consumer', 'main', '--reason', 'test']
}

function place(service: string, consumer: string, source: string): string[] {
  return ['--service', service, '--consumer', consumer, '--source', source, '--reason', 'test']
}

const directory = temporaryDirectory()
const project = path.join(import.meta.dirname, `platform-${process.pid}`) // where its imports are found
const data = path.join(directory.path, 'data')

async function run(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number; output: string; errors: string }> {
  let [output, errors] = ['', '']
  const code = await runCommand(args, {
    environment: { BANYAN_DATA: data, ...more },
    directory: project,
    print: (text) => (output += `${text}\n`),
    printError: (text) => (errors += `${text}\n`),
  })
  return { code, output, errors }
}

/** Walks all commands in words and in JSON; what an error says in JSON is what the process ends with. */
async function walk(state: 'running' | 'stopped'): Promise<void> {
  for (const { args, [state]: expected } of WALK) {
    const { code, output, errors } = await run(args)
    assert.equal(code, expected, `${args.join(' ')}, ${state}: ${output}${errors}`)
    assert.doesNotMatch(errors, /\n\s+at |this is a bug/, args.join(' '))
    const json = await run([...args, '--json'])
    assert.equal(json.code, expected, `${args.join(' ')} --json`)
    if (json.errors === '') assert.ok(JSON.parse(json.output), args.join(' '))
    else assert.equal((JSON.parse(json.errors) as { error: { exitCode: number } }).error.exitCode, expected, args.join(' '))
  }
}

suite('exit codes', () => {
  let running: RunningPlatform

  before(async () => {
    mkdirSync(project)
    mkdirSync(data)
    writeFileSync(path.join(project, 'platform.ts'), PLATFORM)
    const { services } = await loadPlatform(project)
    running = await startPlatform(platform({ services, gateway: gateway() }), {
      runtime: createRuntime({ log: silentLogger }),
      stores: sqliteStores({ directory: data }),
      directory: path.join(data, 'files'),
      environment: {},
      listen: { port: 0, hostname: '127.0.0.1' },
      operatorKey: KEY,
    })
    writeOperatorFile(data, { url: localUrl('127.0.0.1', running.port as number), key: KEY, pid: process.pid })
  })
  after(async () => {
    await running.stop()
    directory[Symbol.dispose]()
    rmSync(project, { recursive: true })
  })

  test('the walk names every action but start, which runs until it is stopped', () => {
    const actions = COMMANDS.flatMap(({ name, actions: each }) => Object.keys(each).map((action) => [name, action].join(' ').trim()))
    const walked = new Set(WALK.map(({ args: [name, action = ''] }) => [name, name === 'audit' ? '' : action].join(' ').trim()))
    assert.deepEqual([...walked].toSorted(), actions.filter((action) => action !== 'start').toSorted())
  })

  test('with a platform that runs: 0, 66 for what is not there, 2 for a wrong value, 3 for what must not be done now', async () => {
    await walk('running')
  })

  test('with a wrong option or one argument too many: 2; with --help: 0; whatever runs', async () => {
    for (const { args } of WALK) {
      for (const wrong of [['--nope'], ['--nope=1'], ['too-many']]) {
        const { code, errors } = await run([...args, ...wrong])
        assert.equal(code, 2, `${[...args, ...wrong].join(' ')}: ${errors}`)
      }
      const help = await run([...args, '--help'])
      assert.deepEqual([help.code, help.errors], [0, ''])
      assert.match(help.output, /^Usage: banyan /)
    }
  })

  test('a missing argument: 2, with the order of the arguments and what there is to choose from', async () => {
    for (const args of [
      ['projections', 'rebuild'],
      ['projections', 'rebuild', 'notes', '--reason', 'test'],
    ]) {
      const { code, errors } = await run(args)
      assert.equal(code, 2)
      assert.match(errors, /is missing: banyan projections rebuild <service> <projection> --reason <text>; there are: notes board\n$/)
    }
  })

  test('with a variable that nobody reads: 78, and the one that was meant', async () => {
    for (const args of [['start'], ['audit'], ['sagas', 'list'], ['projections', 'list'], ['events', 'lag']]) {
      const { code, errors } = await run(args, { BANYAN_STROE: 'postgres' })
      assert.equal(code, 78, args.join(' '))
      assert.match(errors, /nobody reads the variable BANYAN_STROE, did you mean BANYAN_STORE\?/)
    }
    assert.equal((await run(['start'], { BANYAN_OF_ANOTHER_PLATFORM: '1' })).code, 78)
    assert.equal((await run(['sagas', 'list'], { BANYAN_OF_ANOTHER_PLATFORM: '1' })).code, 0, 'it may be of the platform that runs')
  })

  test('with no platform that runs: 69 where one is needed', async () => {
    await running.stop()
    await walk('stopped')
  })
})
