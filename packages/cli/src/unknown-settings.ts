import type { Setting } from 'banyan/host'
import { BanyanError, closest, nearest } from 'banyan/kernel'
import { isLinked } from './linked-setting.ts'
import { settingNames } from './service-stores.ts'
import { TOOLKIT_SETTINGS } from './setting-table.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What names of the toolkit's and the shop's variables begin with; in any case, since whoever writes it small has misspelt it. */
const PREFIX = /^BANYAN_/i
/** Names in one message: the first ones tell enough. */
const NAMED_MAX = 10

/**
 * Throws `failed_precondition` when the environment has a variable that begins with `BANYAN_` and that neither the toolkit nor the platform knows,
 * or one that differs from a known one by a letter of its beginning: what it was meant to decide would stay as it is, in silence. The error
 * names the nearest known one, and no value, which may be a secret. A setting of each service is known for `services` alone.
 */
export function refuseUnknown(environment: Environment, known: readonly Setting[], services: readonly string[] = []): void {
  const names = settingNames([...TOOLKIT_SETTINGS, ...known], services)
  const unknown = Object.keys(environment).filter((name) => isOurs(name, names) && !names.includes(name) && !isLinked(name, environment))
  if (unknown.length > 0) throw refused(unknown, names)
}

/**
 * The same for what the toolkit alone reads, for commands that know no platform: throws for a variable that differs from one of the toolkit's by one
 * letter. Another one may be the platform's.
 */
export function refuseMisspelt(environment: Environment): void {
  const names = settingNames(TOOLKIT_SETTINGS, [])
  const misspelt = Object.keys(environment).filter((name) => !names.includes(name) && nearest(name, prefixed(names)) !== undefined)
  if (misspelt.length > 0) throw refused(misspelt, names)
}

function isOurs(name: string, names: readonly string[]): boolean {
  return PREFIX.test(name) || nearest(name, prefixed(names)) !== undefined
}

/** Names that are ours alone: whatever looks like `PORT` may be anybody's. */
function prefixed(names: readonly string[]): readonly string[] {
  return names.filter((name) => PREFIX.test(name))
}

function refused(unknown: readonly string[], names: readonly string[]): BanyanError {
  const said = unknown
    .toSorted()
    .slice(0, NAMED_MAX)
    .map((name) => described(name, names))
  return new BanyanError(
    'failed_precondition',
    `${said.join('; ')}; correct or unset it: docs/settings.md lists all, and platform({ settings }) declares those of a platform`,
  )
}

function described(name: string, names: readonly string[]): string {
  const meant = meantBy(name, names)
  return `nobody reads the variable ${name}${meant === undefined ? '' : `, did you mean ${meant}?`}`
}

/** `BANYAN_PORT` means `PORT`. The prefix says nothing else about which one was meant, so it does not count. */
function meantBy(name: string, names: readonly string[]): string | undefined {
  const rest = name.replace(PREFIX, '')
  if (rest !== name && names.includes(rest)) return rest
  const ours = prefixed(names)
  const found = nearest(name, ours)
  if (found !== undefined) return found
  const rests = ours.map((known) => known.replace(PREFIX, ''))
  const meant = closest(rest, rests) ?? rests.find((known) => rest.startsWith(`${known}_`))
  return meant && `BANYAN_${meant}`
}
