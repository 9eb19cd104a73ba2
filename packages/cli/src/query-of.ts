import type { CommandCall } from './command.ts'

/** Builds a query string from those of the options that were given. */
export function queryOf(call: CommandCall, names: readonly string[]): string {
  const given = names.flatMap((name) => (call.options[name] === undefined ? [] : [[name, call.options[name]] as [string, string]]))
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
}
