import type { HealthReport, HostedService } from 'banyan/host'
import { inputFields, type OperationDefinition, schemaExample } from 'banyan/contract'
import { oneLine } from 'banyan/telemetry'
import type { Settings } from './settings.ts'
import { type StoreKind, storeKindOf } from './service-stores.ts'
import { shellWord } from './shell-word.ts'

/** What the first lines of a started platform say. */
export interface BannerFacts {
  /** Where the gateway listens; undefined for a platform without one. */
  readonly url: string | undefined
  readonly settings: Settings
  readonly services: readonly Pick<HostedService, 'name' | 'contract'>[]
  readonly startMs: number
  /** What the checks of the start found. */
  readonly health: Pick<HealthReport, 'ready' | 'checks'>
  readonly json: boolean
}

/** Says what runs, what of it is not ready and why, where the data is and what to try next. */
export function startBanner({ url, settings, services, startMs, health, json }: BannerFacts): string {
  const names = services.map((service) => service.name)
  const kept = keptElsewhere(settings, names)
  if (json) {
    const facts = {
      url: url ?? null,
      pid: process.pid,
      services: names,
      store: settings.store,
      ...(kept.length > 0 ? { stores: Object.fromEntries(kept) } : {}),
      directory: settings.directory,
      startMs: Math.round(startMs),
      ready: health.ready,
      ...(health.ready ? {} : { notReady: failedChecks(health) }),
    }
    return JSON.stringify(facts)
  }
  const count = `${names.length} service${names.length === 1 ? '' : 's'}`
  return `
  ${count} in one process (pid ${process.pid}), ${health.ready ? 'ready' : 'started, and NOT READY,'} in ${Math.round(startMs)} ms
${notReadyText(health, url)}
    services  ${names.join(', ')}
    data      ${[STORES[settings.store](settings), ...kept.map(([name, kind]) => `${name} in ${STORES[kind](settings)}`)].join('; ')}
    gateway   ${url ?? 'none: services call each other, and nothing listens; gateway: gateway() in platform.ts serves HTTP'}

  Try:${url === undefined ? '' : tryText(url, firstPublicPath(services))}
    kill -9 ${process.pid}, then start again: ${lossText(settings, names)}

  Ctrl-C stops it.
`
}

function failedChecks({ checks }: BannerFacts['health']): { readonly name: string; readonly output: string }[] {
  return checks.filter(({ status }) => status === 'fail').map(({ name, output }) => ({ name, output }))
}

/** One line for each check that fails, and where to look again. Empty when all is well. */
function notReadyText(health: BannerFacts['health'], url: string | undefined): string {
  if (health.ready) return ''
  const lines = failedChecks(health).map(({ name, output }) => oneLine(`    ${name}: ${output.replaceAll(/\s+/g, ' ')}`))
  const where = url === undefined ? 'the log' : `curl ${shellWord(`${url}/health/ready`)}`
  return `\n  Not ready, so requests may be refused (${where} tells when it is):\n${lines.join('\n')}\n`
}

/** How the places where data are kept are called. */
const STORES: Readonly<Record<StoreKind, (settings: Settings) => string>> = {
  sqlite: ({ directory }) => `SQLite in ${directory}`,
  postgres: () => 'PostgreSQL',
  memory: () => 'memory',
}

/** Services that are kept elsewhere than all others. */
function keptElsewhere({ store, storeKinds }: Settings, services: readonly string[]): [string, StoreKind][] {
  return services.flatMap((name): [string, StoreKind][] => {
    const kind = storeKindOf(storeKinds, name)
    return kind === undefined || kind === store ? [] : [[name, kind]]
  })
}

/** Says what of the services does not survive the process. */
export function lossText(settings: Settings, services: readonly string[]): string {
  const lost = keptElsewhere(settings, services).flatMap(([name, kind]) => (kind === 'memory' ? [name] : []))
  return lost.length === 0 ? 'nothing is lost' : `nothing but ${lost.join(' and ')} is lost`
}

function tryText(url: string, first: string | undefined): string {
  const ask = first === undefined ? '' : `\n    curl ${shellWord(url + first)}`
  return `\n    ${url}/docs   every operation, to read and to try${ask}`
}

/** Path of something that anyone can ask for, with examples in the place of parameters: what the banner shows can be run as it stands. */
export function firstPublicPath(services: readonly Pick<HostedService, 'contract'>[]): string | undefined {
  const operations = services.flatMap(({ contract }) => Object.values(contract.operations) as OperationDefinition[])
  const open = operations.filter(({ access, route }) => access === 'public' && route.method === 'GET' && route.path.startsWith('/api/'))
  const simplestFirst = open.toSorted((first, second) => effort(first) - effort(second))
  for (const operation of simplestFirst) {
    const path = filledPath(operation)
    if (path !== undefined) return path
  }
  return undefined
}

/** The fewer parameters and the shorter the path, the likelier it means something to a stranger. */
function effort({ route, input }: OperationDefinition): number {
  return [...inputFields(input).values()].filter(({ required }) => required).length * 100 + route.segments.length
}

function filledPath({ route, input }: OperationDefinition): string | undefined {
  const fields = inputFields(input)
  const example = (name: string): string | undefined => {
    const value = schemaExample(fields.get(name)?.schema ?? { type: 'string' }, name)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? encodeURIComponent(value) : undefined
  }
  const segments = route.segments.map((segment) => ('literal' in segment ? segment.literal : example(segment.parameter)))
  const asked = [...fields].filter(([name, { required }]) => required && !route.parameters.includes(name))
  const query = asked.map(([name]) => [encodeURIComponent(name), example(name)])
  if (segments.includes(undefined) || query.some(([, value]) => value === undefined)) return undefined
  return `/${segments.join('/')}${query.length === 0 ? '' : `?${query.map((pair) => pair.join('=')).join('&')}`}`
}
