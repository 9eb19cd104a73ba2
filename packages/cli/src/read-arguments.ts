import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { BanyanError } from 'banyan/kernel'
import type { Command, CommandAction } from './command.ts'
import { usageOf } from './help.ts'

/** An argument is missing or empty; its message shows their order. */
export class MissingArgument extends BanyanError {
  readonly action: CommandAction

  constructor(message: string, action: CommandAction) {
    super('invalid_argument', message)
    this.action = action
  }
}

/** What a command line asks for. */
export type Asked =
  | { readonly kind: 'help' }
  | {
      readonly kind: 'run'
      readonly action: CommandAction
      readonly positionals: readonly string[]
      readonly options: Readonly<Record<string, string>>
    }

/**
 * Reads the arguments after a command's name. Throws `invalid_argument` for everything that the action does not know: actions, options,
 * arguments too many, too few or empty, an option given twice or without a value. Nothing that was typed is passed over.
 */
export function readArguments(command: Command, args: readonly string[]): Asked {
  const { values, positionals, tokens } = parsed(command, args)
  if (values['help'] === true) return { kind: 'help' }
  const { name, action, rest } = actionOf(command, positionals)
  const called = ['banyan', command.name, ...(name === '' ? [] : [name])].join(' ')
  const missing = action.arguments[rest.length]
  if (missing !== undefined) throw new MissingArgument(`<${missing}> is missing: ${usageOf(command, name, action)}`, action)
  const empty = action.arguments.find((_name, index) => rest[index]?.trim() === '')
  if (empty !== undefined) throw new MissingArgument(`<${empty}> is empty: ${usageOf(command, name, action)}`, action)
  const options = optionsOf(action, values, called)
  refuseRepeated(tokens, called)
  const extra = rest[action.arguments.length]
  if (extra !== undefined) throw usage(`"${extra}" is one argument too many`, command)
  return { kind: 'run', action, positionals: rest, options }
}

function parsed(command: Command, args: readonly string[]) {
  const known = Object.values(command.actions).flatMap((action) => Object.keys(action.options))
  const options: ParseArgsOptionsConfig = {
    ...Object.fromEntries(known.map((name) => [name, { type: 'string' as const }])),
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  }
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, tokens: true })
  } catch (thrown) {
    const { code, message } = thrown as { code?: unknown; message: string }
    if (typeof code !== 'string' || !code.startsWith('ERR_PARSE_ARGS')) throw thrown
    throw new BanyanError('invalid_argument', `${message}; see banyan ${command.name} --help`)
  }
}

function actionOf(command: Command, positionals: readonly string[]): { name: string; action: CommandAction; rest: readonly string[] } {
  const only = command.actions['']
  if (only !== undefined) return { name: '', action: only, rest: positionals }
  const [name = command.usually, ...rest] = positionals
  if (name === undefined) throw usage(`expected ${Object.keys(command.actions).join(', ')}`, command)
  if (!Object.hasOwn(command.actions, name)) throw usage(`there is no "${name}"`, command)
  return { name, action: command.actions[name] as CommandAction, rest }
}

function optionsOf(action: CommandAction, values: Readonly<Record<string, unknown>>, called: string): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(values)) {
    if (name === 'json' || name === 'help') continue
    const option = action.options[name]
    if (option === undefined) throw new BanyanError('invalid_argument', `${called} has no option --${name}; see its --help`)
    if (typeof value !== 'string' || value === '')
      throw new BanyanError('invalid_argument', `--${name} is empty; it needs <${option.value}>`)
    if (option.count === true && !/^[1-9]\d{0,14}$/.test(value))
      throw new BanyanError('invalid_argument', `--${name} is "${value}"; it must be a whole number from 1`)
    if (option.values !== undefined && !option.values.includes(value))
      throw new BanyanError('invalid_argument', `--${name} is "${value}"; it must be one of ${option.values.join(', ')}`)
    given[name] = value
  }
  for (const [name, { required = false }] of Object.entries(action.options))
    if (required && given[name] === undefined) throw new BanyanError('invalid_argument', `--${name} is missing; see ${called} --help`)
  return given
}

function refuseRepeated(tokens: readonly { readonly kind: string; readonly name?: string }[], called: string): void {
  const seen = new Set<string>()
  for (const { kind, name } of tokens) {
    if (kind !== 'option' || name === undefined || name === 'json') continue
    if (seen.has(name)) throw new BanyanError('invalid_argument', `--${name} is there twice; ${called} takes it once`)
    seen.add(name)
  }
}

function usage(what: string, command: Command): BanyanError {
  return new BanyanError('invalid_argument', `${what}; see banyan ${command.name} --help`)
}
