import { BanyanError } from 'banyan/kernel'
import type { CommandCall } from './command.ts'

/** Returns an option's text; throws `invalid_argument` that says how to give it. */
export function requiredOption(call: CommandCall, name: string): string {
  const value = call.options[name]
  if (typeof value === 'string' && value !== '') return value
  throw new BanyanError('invalid_argument', `--${name} is missing; see --help`)
}

/** Returns a positional argument; throws `invalid_argument` that names it. */
export function requiredPositional(call: CommandCall, index: number, what: string): string {
  const value = call.positionals[index]
  if (value !== undefined) return value
  throw new BanyanError('invalid_argument', `${what} is missing; see --help`)
}

/** Builds a query string from options that were given. */
export function queryOf(call: CommandCall, names: readonly string[]): string {
  const given = names.flatMap((name) => (typeof call.options[name] === 'string' ? [[name, call.options[name]] as [string, string]] : []))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}
