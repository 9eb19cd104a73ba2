import type { HostedService } from 'banyan/host'
import type { Settings } from './settings.ts'

/** What the first lines of a started platform say. */
export interface BannerFacts {
  readonly url: string
  readonly settings: Settings
  readonly services: readonly Pick<HostedService, 'name' | 'contract'>[]
  readonly startMs: number
  readonly json: boolean
}

/** Says what runs, where the data is and what to try next. */
export function startBanner({ url, settings, services, startMs, json }: BannerFacts): string {
  const names = services.map((service) => service.name)
  const store = settings.store === 'sqlite' ? `SQLite in ${settings.directory}` : 'PostgreSQL'
  if (json) {
    const facts = {
      url,
      pid: process.pid,
      services: names,
      store: settings.store,
      directory: settings.directory,
      startMs: Math.round(startMs),
    }
    return JSON.stringify(facts)
  }
  const first = firstPublicPath(services)
  const count = `${names.length} service${names.length === 1 ? '' : 's'}`
  return `
  ${count} in one process (pid ${process.pid}), ready in ${Math.round(startMs)} ms

    services  ${names.join(', ')}
    data      ${store}
    gateway   ${url}

  Try:
    ${url}/docs   every operation, to read and to try${first === undefined ? '' : `\n    curl ${url}${first}`}
    kill -9 ${process.pid}, then start again: nothing is lost

  Ctrl-C stops it.
`
}

/** Path of something that anyone can ask for without knowing an id. */
function firstPublicPath(services: BannerFacts['services']): string | undefined {
  const operations = services.flatMap(({ contract }) => Object.values(contract.operations))
  const open = operations.filter(({ access, route }) => access === 'public' && route.method === 'GET' && route.path.startsWith('/api/'))
  return (open.find(({ route }) => route.parameters.length === 0 && route.segments.length === 2) ?? open[0])?.route.path
}
