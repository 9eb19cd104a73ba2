import type { Violation } from './rule.ts'

type Dependencies = Readonly<Record<string, string>>

/** What the rules read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly dependencies?: Dependencies
  readonly devDependencies?: Dependencies
  readonly optionalDependencies?: Dependencies
  readonly peerDependencies?: Dependencies
}

/** What the rules read of package-lock.json. */
export interface Lock {
  readonly packages: Readonly<Record<string, Partial<Manifest>>>
}

const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const

/** One version for all workspaces, exact versions, one version of each dependency, and a lock that agrees. Keys are folders; '' is the root. */
export function manifestViolations(manifests: ReadonlyMap<string, Manifest>, lock: Lock): Violation[] {
  const version = manifests.get('')?.version
  const seen = new Map<string, string>()
  const found: Violation[] = []
  for (const [folder, manifest] of manifests) {
    const report = (message: string) => found.push({ path: `${folder}${folder && '/'}package.json`, line: 1, message })
    if (manifest.version !== version) report(`version ${manifest.version}; all workspaces have one version, ${version}`)
    if (manifest.license !== 'Apache-2.0') report('license is not "Apache-2.0"')
    for (const [name, range] of KINDS.flatMap((kind) => Object.entries(manifest[kind] ?? {}))) {
      if (!/^\d+\.\d+\.\d+$/.test(range)) report(`${name} "${range}": pin an exact version`)
      const before = seen.get(name) ?? range
      if (before !== range) report(`${name} ${range}, but ${before} elsewhere: use one version`)
      seen.set(name, range)
    }
    for (const kind of KINDS) {
      if (!sameEntries(manifest[kind], lock.packages[folder]?.[kind]))
        report(`package-lock.json has other ${kind}: run npm install and commit the lock`)
    }
  }
  return found
}

function sameEntries(left: Dependencies = {}, right: Dependencies = {}): boolean {
  const names = Object.keys(left)
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name])
}
