import type { Method, Route } from 'banyan/contract'
import { misuse } from 'banyan/kernel'

/** A route and what it leads to. */
export interface RouteEntry<T> {
  readonly route: Pick<Route, 'method' | 'path' | 'segments'>
  readonly to: T
}

/** Where a path and all below it goes, whatever the method. */
export interface PrefixEntry<T> {
  readonly prefix: string
  readonly to: T
}

/** A route that matched. */
interface RouteMatch<T> {
  readonly to: T
  /** Texts of the path parameters in the order of the route, still percent-encoded. */
  readonly values: readonly string[]
}

/** Finds routes. */
export interface Router<T> {
  /** Returns the most specific route: at the first segment where two differ, fixed text beats a parameter, which beats a prefix. */
  match(method: string, path: string): RouteMatch<T> | undefined
  /** Methods with a route for this path, e.g. for `Allow`; empty when no route knows the path. */
  methods(path: string): readonly Method[]
}

interface Node<T> {
  readonly fixed: Map<string, Node<T>>
  parameter: Node<T> | undefined
  leaf: RouteEntry<T> | undefined
  prefix: PrefixEntry<T> | undefined
}

const NO_VALUES: readonly string[] = []

/**
 * Compiles routes once. Throws `misuse` when two routes of one method match the same paths.
 * A route for another method never hides one for the asked method.
 */
export function createRouter<T>(routes: readonly RouteEntry<T>[], prefixes: readonly PrefixEntry<T>[] = []): Router<T> {
  const methods = [...new Set(routes.map(({ route }) => route.method))]
  const trees = new Map(methods.map((method) => [method as string, newNode<T>()]))
  const rest = newNode<T>()
  const fixed = new Map<string, RouteMatch<T>>()
  for (const entry of routes) {
    insert(trees.get(entry.route.method) as Node<T>, entry)
    if (!entry.route.path.includes(':')) fixed.set(`${entry.route.method} ${entry.route.path}`, { to: entry.to, values: NO_VALUES })
  }
  for (const tree of [...trees.values(), rest]) for (const prefix of prefixes) insertPrefix(tree, prefix)

  return {
    match: (method, path) => fixed.get(`${method} ${path}`) ?? find(trees.get(method) ?? rest, path),
    methods: (path) => methods.filter((method) => find(trees.get(method) as Node<T>, path) !== undefined),
  }
}

function newNode<T>(): Node<T> {
  return { fixed: new Map(), parameter: undefined, leaf: undefined, prefix: undefined }
}

function insert<T>(tree: Node<T>, entry: RouteEntry<T>): void {
  let node = tree
  for (const segment of entry.route.segments) node = 'literal' in segment ? child(node, segment.literal) : (node.parameter ??= newNode())
  const { method, path } = entry.route
  if (node.leaf) misuse(`routes "${method} ${node.leaf.route.path}" and "${method} ${path}" match the same paths; change one`)
  node.leaf = entry
}

function insertPrefix<T>(tree: Node<T>, entry: PrefixEntry<T>): void {
  if (!/^(?:\/[a-z0-9][a-z0-9._~-]*)+$/.test(entry.prefix))
    misuse(`prefix "${entry.prefix}" must be a plain path without a slash at its end, e.g. "/api/payments/webhooks"`)
  let node = tree
  for (const text of entry.prefix.slice(1).split('/')) node = child(node, text)
  if (node.prefix && node.prefix !== entry) misuse(`prefix "${entry.prefix}" is there twice; rename one`)
  node.prefix = entry
}

function child<T>(node: Node<T>, text: string): Node<T> {
  const known = node.fixed.get(text)
  if (known) return known
  const created = newNode<T>()
  node.fixed.set(text, created)
  return created
}

function find<T>(tree: Node<T>, path: string): RouteMatch<T> | undefined {
  const values: string[] = []
  const found = walk(tree, path, 0, values)
  return found === undefined ? undefined : { to: found.to, values }
}

/** `at` is the position of the slash before the next segment, or the path's end. Goes back where a more specific way leads nowhere. */
function walk<T>(node: Node<T>, path: string, at: number, values: string[]): { readonly to: T } | undefined {
  if (at >= path.length) return node.leaf ?? node.prefix
  const slash = path.indexOf('/', at + 1)
  const end = slash < 0 ? path.length : slash
  const segment = path.slice(at + 1, end)
  const fixed = node.fixed.get(segment)
  const below = fixed && walk(fixed, path, end, values)
  if (below) return below
  if (node.parameter && segment !== '') {
    const depth = values.push(segment)
    const found = walk(node.parameter, path, end, values)
    if (found) return found
    values.length = depth - 1
  }
  return node.prefix
}
