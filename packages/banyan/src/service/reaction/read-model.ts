import { misuse } from '../../kernel/error.ts'
import type { ProjectionDefinition, ProjectionRunner } from '../../projection/index.ts'
import type { Feed } from '../../store/records/feed.ts'
import { sourcesOf } from '../define/event-source.ts'
import type { Service } from '../define/service-parts.ts'

/** What reads of a service see of others' and its own events, through projections. */
export interface ReadModel {
  /** Names of the services whose events the projections are made of; none where nothing is read through one. */
  readonly sources: readonly string[]
  /** Returns up to which position of `source` all of the projections have everything. Cheap; meant to be asked again. */
  readUpTo(source: string): Promise<number>
  /** Position of a write in the log of `source`, by its token; see `Feed.positionOf`. */
  positionOf(source: string, token: string): Promise<number | undefined>
}

/** What a read model is made of, once the projections run. */
export interface ReadModelParts {
  readonly projections: readonly ProjectionDefinition[]
  readonly runner: (projection: string) => ProjectionRunner
  readonly feedOf: (source: string) => Feed | undefined
}

/** Builds what reads see through `projections`. */
export function createReadModel({ definition, name }: Service, { projections, runner, feedOf }: ReadModelParts): ReadModel {
  return {
    sources: [...new Set(projections.flatMap((projection) => sourcesOf(definition, projection)))],
    readUpTo: async (source) => Math.min(...(await Promise.all(projections.map((each) => runner(each.name).position(source))))),
    async positionOf(source, token) {
      const feed = feedOf(source) ?? misuse(`service ${name} reads "${source}", whose log is not known`)
      return feed.positionOf(token)
    },
  }
}
