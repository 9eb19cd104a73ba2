import { misuse } from '../kernel/error.ts'

/** Methods an operation may have. */
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** An HTTP method of an operation. */
export type Method = (typeof METHODS)[number]

/** A route as written in a contract: method, space, path with `:parameters`. */
export type RouteText = `${Method} /${string}`

/** A parsed route. */
export interface Route {
  readonly method: Method
  /** As written, e.g. `/api/orders/:id`. */
  readonly path: string
  readonly segments: readonly Segment[]
  readonly parameters: readonly string[]
}

/** One part of a path between slashes. */
export type Segment = { readonly literal: string } | { readonly parameter: string }

/** Returns the paths that a route matches, whatever its parameters are called: equal for routes that collide. */
export function routeShape({ method, segments }: Pick<Route, 'method' | 'segments'>): string {
  return `${method} /${segments.map((segment) => ('parameter' in segment ? ':' : segment.literal)).join('/')}`
}

const SEGMENT = /^(?::[a-zA-Z]\w*|[a-z0-9][a-z0-9._~-]*)$/

/** Tells whether a path is one that a route may have. */
export function isPlainPath(path: string): boolean {
  const [root, ...segments] = path.split('/')
  return root === '' && segments.length > 0 && segments.every((segment) => SEGMENT.test(segment))
}

/** Parses the route of a contract; throws `misuse` when it is not a plain path. */
export function parseRoute(text: RouteText): Route {
  const given: unknown = text
  const [method, path, ...rest] = typeof given === 'string' ? given.split(' ') : []
  if (!METHODS.includes(method as Method) || !path?.startsWith('/') || rest.length > 0)
    misuse(`route "${text}" must be a method, one space and a path, e.g. "GET /api/orders/:id"`)
  const segments = path
    .slice(1)
    .split('/')
    .map((part): Segment => {
      if (!SEGMENT.test(part)) misuse(`route "${text}": segment "${part}" must be lower-case text or a :parameter`)
      return part.startsWith(':') ? { parameter: part.slice(1) } : { literal: part }
    })
  const parameters = segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : []))
  return { method: method as Method, path, segments, parameters }
}
