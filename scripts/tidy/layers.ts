import { judgeImports, type Rule } from './rule.ts'
import { isTest } from './source-file.ts'

// What each folder of packages/banyan/src may import; ARCHITECTURE.md draws it. An arrow points one way, so a service can be
// understood bottom up and a layer replaced without the ones below it knowing.
const below = {
  kernel: [],
  network: ['kernel'],
  telemetry: ['kernel'],
  contract: ['kernel'],
  store: ['kernel', 'contract'],
  registry: ['kernel', 'telemetry', 'contract'],
  call: ['kernel', 'network', 'telemetry', 'contract', 'registry'],
  events: ['kernel', 'telemetry', 'contract', 'registry', 'store', 'call'],
  saga: ['kernel', 'telemetry', 'contract', 'registry', 'store', 'call', 'events'],
  projection: ['kernel', 'telemetry', 'contract', 'registry', 'store', 'call', 'events'],
  service: ['kernel', 'telemetry', 'contract', 'registry', 'store', 'call', 'events', 'saga', 'projection'],
  host: ['kernel', 'telemetry', 'contract', 'registry', 'store', 'call', 'events', 'saga', 'projection', 'service'],
}
const LAYERS = new Map<string, readonly string[]>(Object.entries(below))

const HOME = 'packages/banyan/src/'

/** Layers inside the toolkit's core point one way. */
export const layers: Rule = (file) => {
  const own = layerOf(file.path)
  if (own === undefined || isTest(file.path)) return []
  const allowed = LAYERS.get(own)
  if (!allowed)
    return [
      {
        path: file.path,
        line: 1,
        message: `"${own}" is no layer: add it to scripts/tidy/layers.ts, with what it may import, or use one of ${[...LAYERS.keys()].join(', ')}`,
      },
    ]
  return judgeImports(file, (target, specifier) => {
    if (target === `${HOME}index.ts`) return `${own}/ imports the package's own index: import from the layer that has it`
    if (/^banyan(?:\/|$)/.test(target))
      return `${own}/ imports its own package by name (${specifier}): use a relative path, so that the layer shows`
    const other = layerOf(target)
    if (other === undefined || other === own || allowed.includes(other)) return undefined
    return `${own}/ may not import ${other}/ (${specifier}); it may import ${allowed.join(', ') || 'nothing of the package'}. Move the shared part down, or take it as a port`
  })
}

function layerOf(target: string): string | undefined {
  if (!target.startsWith(HOME)) return undefined
  const [folder, rest] = target.slice(HOME.length).split('/')
  return rest === undefined ? undefined : folder
}
