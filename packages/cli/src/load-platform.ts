import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Platform } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import type { CommandCall } from './command.ts'
import { loadFailure, LoadFailure } from './load-failure.ts'
import { refuseUnknown } from './unknown-settings.ts'

/** Name of the file that maps a platform. */
const PLATFORM_FILE = 'platform.ts'

/**
 * Imports the platform that `platform.ts` in `directory` maps. Never one of a folder above: whoever is in the wrong folder must not start
 * something else. Throws `invalid_argument` when there is none, {@link LoadFailure} when it cannot be run.
 */
export async function loadPlatform(directory: string): Promise<Platform> {
  const file = path.join(path.resolve(directory), PLATFORM_FILE)
  if (!existsSync(file)) throw new BanyanError('invalid_argument', `there is no ${file}${elsewhere(directory)}`)
  const module = await importPlatform(file)
  if (!module.default?.services)
    throw new LoadFailure(`${file} must export its platform: export default platform({ services: [...], gateway })`, [], undefined)
  return module.default
}

/**
 * The same, of the folder that a command runs in; also throws `failed_precondition` when the environment has a variable that nobody knows. It does so
 * at once, before the stores are opened on what another variable was meant to say.
 */
export async function loadPlatformFor({ directory, environment }: Pick<CommandCall, 'directory' | 'environment'>): Promise<Platform> {
  const platform = await loadPlatform(directory)
  const services = platform.contracts.map(({ name }) => name)
  refuseUnknown(environment, platform.settings.known, services)
  return platform
}

async function importPlatform(file: string): Promise<{ default?: Platform }> {
  try {
    return (await import(pathToFileURL(file).href)) as { default?: Platform }
  } catch (thrown) {
    throw await loadFailure(thrown, file)
  }
}

function elsewhere(directory: string): string {
  const above = parentWithPlatform(path.resolve(directory))
  return above === undefined
    ? '; run the command in the folder of a project that has one, or write one: it exports platform({ services: [...], gateway: gateway() })'
    : `; there is one in ${above}: go there to run that`
}

function parentWithPlatform(directory: string): string | undefined {
  for (let at = path.dirname(directory); ; at = path.dirname(at)) {
    if (existsSync(path.join(at, PLATFORM_FILE))) return at
    if (at === path.dirname(at)) return undefined
  }
}
