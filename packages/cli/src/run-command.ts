import { BanyanError } from 'banyan/kernel'
import { oneLine, printable } from 'banyan/telemetry'
import { asTyped } from './as-typed.ts'
import type { Command, CommandEnvironment } from './command.ts'
import { audit } from './commands/audit.ts'
import { events } from './commands/events.ts'
import { projections } from './commands/projections.ts'
import { sagas } from './commands/sagas.ts'
import { start } from './commands/start.ts'
import { commandFailure } from './command-failure.ts'
import { EXIT } from './exit-code.ts'
import { commandHelp, overview } from './help.ts'
import { MissingArgument, readArguments } from './read-arguments.ts'

/** All commands, in the order of the overview. */
export const COMMANDS: readonly Command[] = [start, sagas, events, projections, audit]

/**
 * Reads the command line, runs the command and returns its exit code; prints errors for people, or as JSON with `--json`. Never rejects:
 * whatever is thrown becomes a message and an exit code. Whatever is printed holds nothing that a terminal obeys.
 */
export async function runCommand(args: readonly string[], given: CommandEnvironment): Promise<number> {
  const surroundings: CommandEnvironment = {
    ...given,
    print: (text) => given.print(printable(text)),
    printError: (text) => given.printError(printable(text)),
  }
  const [first, ...others] = args
  const [name, rest] = first === 'help' && others[0] !== undefined ? [others[0], ['--help']] : [first, others]
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    surroundings.print(overview(COMMANDS))
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  const json = args.includes('--json')
  const command = COMMANDS.find((candidate) => candidate.name === name)
  if (!command) return fail(new BanyanError('invalid_argument', unknownCommand(name)), 'banyan', json, surroundings)
  try {
    const asked = readArguments(command, rest)
    if (asked.kind === 'help') {
      surroundings.print(commandHelp(command))
      return EXIT.ok
    }
    const { action, positionals, options } = asked
    return await action.run({ ...surroundings, positionals, options, json }).catch((thrown: unknown) => {
      throw asTyped(thrown, action)
    })
  } catch (thrown) {
    return fail(await explained(thrown, surroundings), `banyan ${command.name}`, json, surroundings)
  }
}

/** Adds what there is to choose from to an error about a missing argument. */
async function explained(thrown: unknown, surroundings: CommandEnvironment): Promise<unknown> {
  if (!(thrown instanceof MissingArgument)) return thrown
  const choices = (await thrown.action.choices?.(surroundings).catch(() => [])) ?? []
  return choices.length === 0 ? thrown : new BanyanError('invalid_argument', `${thrown.message}; there are: ${choices.join(', ')}`)
}

function fail(thrown: unknown, who: string, json: boolean, { printError, environment }: CommandEnvironment): number {
  const { code, message, exitCode, details } = commandFailure(thrown)
  if (json) printError(JSON.stringify({ error: { code, message, exitCode } }))
  else printError([`${who}: ${oneLine(message)}`, ...details.map(oneLine)].join('\n'))
  if (environment['BANYAN_DEBUG'] && thrown instanceof Error) printError(String(thrown.stack))
  return exitCode
}

function unknownCommand(name: string): string {
  return `there is no command "${name}"; there are ${COMMANDS.map((command) => command.name).join(', ')}; see banyan --help`
}
