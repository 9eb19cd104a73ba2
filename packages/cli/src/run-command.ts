import { parseArgs } from 'node:util'
import { BanyanError } from 'banyan/kernel'
import type { Command, CommandEnvironment } from './command.ts'
import { audit } from './commands/audit.ts'
import { events } from './commands/events.ts'
import { projections } from './commands/projections.ts'
import { sagas } from './commands/sagas.ts'
import { start } from './commands/start.ts'
import { EXIT, exitCodeOf } from './exit-code.ts'

const COMMANDS: readonly Command[] = [start, sagas, events, projections, audit]

const COMMON = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const

/** Reads the command line, runs the command and returns its exit code; prints errors for people, or as JSON with `--json`. */
export async function runCommand(args: readonly string[], surroundings: CommandEnvironment): Promise<number> {
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    surroundings.print(overview())
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (!command) {
    surroundings.printError(`banyan: there is no command "${name}".\n\n${overview()}`)
    return EXIT.usage
  }
  const json = rest.includes('--json')
  try {
    const { values, positionals } = parseArgs({ args: rest, options: { ...command.options, ...COMMON }, allowPositionals: true })
    if (values.help) {
      surroundings.print(command.help)
      return EXIT.ok
    }
    const options = values as Readonly<Record<string, string | boolean | undefined>>
    return await command.run({ ...surroundings, positionals, options, json })
  } catch (thrown) {
    return report(thrown, command, json, surroundings)
  }
}

function report(thrown: unknown, command: Command, json: boolean, { printError, environment }: CommandEnvironment): number {
  if (thrown instanceof BanyanError) {
    if (json) printError(JSON.stringify({ error: { code: thrown.code, message: thrown.message } }))
    else printError(`banyan ${command.name}: ${thrown.message}`)
    if (environment.BANYAN_DEBUG) printError(String(thrown.stack))
    return exitCodeOf(thrown.code)
  }
  const error = thrown as Error & { code?: string }
  if (error.code?.startsWith('ERR_PARSE_ARGS')) {
    printError(`banyan ${command.name}: ${error.message}\nTry: banyan ${command.name} --help`)
    return EXIT.usage
  }
  printError(`banyan ${command.name}: ${error.stack ?? String(thrown)}`)
  return EXIT.software
}

function overview(): string {
  const lines = COMMANDS.map(({ name, summary }) => `  banyan ${name.padEnd(12)} ${summary}`)
  return `Usage: banyan <command> [options]\n\n${lines.join('\n')}\n\nbanyan <command> --help says more; --json answers in JSON.`
}
