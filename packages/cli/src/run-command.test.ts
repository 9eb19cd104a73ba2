import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { EXIT, EXIT_MEANINGS } from './exit-code.ts'
import { COMMANDS, runCommand } from './run-command.ts'

async function run(...args: string[]): Promise<{ code: number; output: string; errors: string }> {
  let output = ''
  let errors = ''
  const code = await runCommand(args, {
    environment: { BANYAN_DATA: '/nowhere/at/all' },
    directory: '/nowhere',
    print: (text) => (output += `${text}\n`),
    printError: (text) => (errors += `${text}\n`),
  })
  return { code, output, errors }
}

test('every command and the whole help, with each action, option and exit code', async () => {
  for (const help of [['--help'], ['-h'], ['help']]) assert.equal((await run(...help)).code, EXIT.ok)
  for (const { name, actions } of COMMANDS) {
    const { code, output } = await run(name, '--help')
    assert.equal(code, EXIT.ok)
    assert.equal((await run('help', name)).output, output)
    for (const [action, { options }] of Object.entries(actions)) {
      assert.match(output, new RegExp(`banyan ${name}.*${action}`))
      for (const option of [...Object.keys(options), 'json', 'help']) assert.ok(output.includes(`--${option}`), `${name} ${option}`)
    }
  }
  const { output } = await run('--help')
  for (const [name, code] of Object.entries(EXIT)) assert.ok(output.includes(`${code}  ${EXIT_MEANINGS[name as keyof typeof EXIT]}`), name)
})

test('docs/command-line.md has the same exit codes, commands and options', () => {
  const text = readFileSync(path.join(import.meta.dirname, '../../../docs/command-line.md'), 'utf8')
  for (const [name, code] of Object.entries(EXIT))
    assert.ok(text.includes(`| ${code} | ${EXIT_MEANINGS[name as keyof typeof EXIT]} |`), `exit code ${code}`)
  for (const { name, actions } of COMMANDS)
    for (const [action, { options }] of Object.entries(actions)) {
      assert.ok(text.includes(['banyan', name, action].join(' ').trim()), `${name} ${action}`)
      for (const option of Object.keys(options)) assert.ok(text.includes(`--${option}`), option)
    }
})

/** Arguments that nobody meant. */
const WRONG: readonly (readonly [string[], RegExp])[] = [
  [['dance'], /no command "dance"/],
  [['sagas', 'dance'], /no "dance"; see banyan sagas --help/],
  [['sagas', 'constructor'], /no "constructor"/],
  [['start', '--fast'], /Unknown option '--fast'/],
  [['start', 'orders'], /"orders" is one argument too many/],
  [['audit', 'orders'], /too many/],
  [['events', 'lag', 'orders'], /too many/],
  [['events', 'lag', '--limit', '5'], /events lag has no option --limit/],
  [['sagas', '--reason', 'x'], /sagas list has no option --reason/],
  [['sagas', '--limit', '-1'], /'--limit'/],
  [['sagas', '--status', 'lost'], /--status is "lost"; it must be one of running, waiting, compensating, completed, compensated, stuck/],
  [['sagas', '--limit', '0'], /--limit is "0"/],
  [['sagas', '--limit', '1e3'], /whole number/],
  [['sagas', '--limit'], /--limit/],
  [['sagas', '--after='], /--after is empty/],
  [['sagas', '--limit', '5', '--limit', '6'], /--limit is there twice/],
  [['sagas', 'show', 'orders'], /<id> is missing: banyan sagas show <service> <id>$/m],
  [['sagas', 'show', 'orders', ''], /<id> is empty: banyan sagas show <service> <id>$/m],
  [['sagas', 'show', ' ', 'o1'], /<service> is empty/],
  [['events', 'flow', ''], /<correlation id> is empty: banyan events flow <correlation id>$/m],
  [['sagas', 'retry'], /<service> is missing: banyan sagas retry <service> <id> --reason <text>/],
  [['sagas', 'retry', 'orders', 'o1'], /--reason is missing/],
  [['events', 'skip', '--service', 's', '--consumer', 'c', '--source', 'x', '--position', 'NaN', '--reason', 'r'], /--position is "NaN"/],
  [['projections', 'build'], /no "build"; see banyan projections --help/],
  [
    ['projections', 'rebuild', '--reason', 'x', 'orders'],
    /<projection> is missing: banyan projections rebuild <service> <projection> --reason <text>/,
  ],
  [['audit', '-x'], /Unknown option '-x'/],
]

test('refuses whatever it does not know with exit code 2, in words or in JSON', async () => {
  for (const [args, says] of WRONG) {
    const { code, errors, output } = await run(...args)
    assert.equal(code, EXIT.usage, `${args.join(' ')}: ${errors}`)
    assert.match(errors, says, args.join(' '))
    assert.equal(output, '')
    const { error } = JSON.parse((await run(...args, '--json')).errors) as { error: { code: string; message: string; exitCode: number } }
    assert.deepEqual([error.code, error.exitCode], ['invalid_argument', EXIT.usage])
  }
})

test('without a running platform every command that needs one says so', async () => {
  for (const args of [['sagas'], ['events'], ['events', 'parked'], ['sagas', 'show', 'orders', 'o1']]) {
    const { code, errors } = await run(...args)
    assert.equal(code, EXIT.unavailable)
    assert.match(errors, /no platform runs on the data in \/nowhere\/at\/all/)
  }
})

test('no argument reaches the terminal as a command', async () => {
  const hostile = 'x\u001B[2J\r\nbanyan: all is well\u202E\u200B'
  for (const args of [[hostile], ['sagas', hostile], ['sagas', `--${hostile}`], ['audit', hostile], ['sagas', '--limit', hostile]]) {
    const { errors } = await run(...args)
    assert.match(errors, /^[ -~]+\n$/, JSON.stringify(args))
  }
})
