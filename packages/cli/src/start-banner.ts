import type { Settings } from './settings.ts'

/** What the first lines of a started platform say. */
export interface BannerFacts {
  readonly url: string
  readonly settings: Settings
  readonly services: readonly string[]
  readonly startMs: number
  readonly json: boolean
}

/** Says what runs, where the data is and what to try next. */
export function startBanner({ url, settings, services, startMs, json }: BannerFacts): string {
  const store = settings.store === 'sqlite' ? `SQLite in ${settings.directory}` : 'PostgreSQL'
  if (json)
    return JSON.stringify({
      url,
      pid: process.pid,
      services,
      store: settings.store,
      directory: settings.directory,
      startMs: Math.round(startMs),
    })
  return `
  Banyan runs ${services.length} services in one process (pid ${process.pid}), ready in ${Math.round(startMs)} ms.

    ${services.join(' · ')}
    data      ${store}
    gateway   ${url}

  Try:
    curl ${url}/api/products?limit=3
    open ${url}/docs                     every operation, to read and to try
    npm run banyan -- sagas              what is under way
    kill -9 ${process.pid}, then npm start     nothing is lost

  Ctrl-C stops it.
`
}
