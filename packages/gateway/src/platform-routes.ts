import { parseRoute, type RouteText } from 'banyan/contract'
import { type HealthReport, OPERATOR_NONCE, OPERATOR_PROOF_PATH } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { JSON_TYPE } from './answers.ts'
import type { Edge } from './edge.ts'
import type { EdgeMeters } from './edge-meters.ts'
import type { EdgeRoute } from './edge-route.ts'
import type { Exchange } from './exchange.ts'
import { eachParameter } from './query-string.ts'
import { passAddress } from './rate-gate.ts'

/** Media type of the Prometheus text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const HEALTH_TYPE = 'application/health+json; charset=utf-8'

/** Routes that are answered also where nothing else is. */
export const HEALTH_ROUTES: ReadonlySet<string> = new Set(['platform.live', 'platform.ready'])

/** Compiles the routes that every platform has: health, metrics. Health is never limited: a probe must not depend on other traffic. */
export function platformRoutes(edge: Edge, meters: EdgeMeters): EdgeRoute[] {
  const route = (id: string, text: RouteText, serve: EdgeRoute['serve']): EdgeRoute => {
    const parsed = parseRoute(text)
    return { id, route: parsed, meter: meters.route(id, parsed.method), serve }
  }
  return [
    route('platform.live', 'GET /health/live', (exchange) => {
      const { live } = edge.host.health()
      edge.answers.send(exchange, live ? 200 : 503, HEALTH_TYPE, JSON.stringify({ status: live ? 'pass' : 'fail' }))
    }),
    route('platform.ready', 'GET /health/ready', async (exchange) => {
      const report = edge.host.health()
      const ready = report.ready && !edge.host.draining()
      if (!(edge.isScraper(exchange.request) || hasNoCredentials(exchange)) && !passAddress(edge, exchange)) return
      const details = await mayLookInside(edge, exchange)
      edge.answers.send(exchange, ready ? 200 : 503, HEALTH_TYPE, readiness(report, ready, details))
    }),
    route('platform.metrics', 'GET /metrics', async (exchange) => {
      if (!passAddress(edge, exchange)) return
      if (!(await mayLookInside(edge, exchange)))
        throw new BanyanError(
          'permission_denied',
          'metrics are for administrators; send an access token or API key with an administrator role, ' +
            'or name the address that reads them in the option "scrapers" (the shop: BANYAN_METRICS_FROM)',
        )
      edge.answers.send(exchange, 200, METRICS_TYPE, edge.host.metrics.text())
    }),
    route('platform.proof', `GET ${OPERATOR_PROOF_PATH}`, (exchange) => {
      if (!passAddress(edge, exchange)) return
      if (edge.operator === undefined) throw new BanyanError('not_found', 'this platform has no key of an operator')
      edge.answers.send(exchange, 200, JSON_TYPE, JSON.stringify(edge.operator.prove(nonceOf(exchange))))
    }),
  ]
}

function nonceOf({ search }: Exchange): string {
  let nonce = ''
  eachParameter(search, (name, value) => {
    if (name === 'nonce') nonce = value
  })
  if (OPERATOR_NONCE.test(nonce)) return nonce
  throw new BanyanError('invalid_argument', 'nonce must be 16 to 64 random bytes as hex')
}

/** A probe presents nothing, and must not depend on other traffic; checking what somebody presents costs more than the answer. */
function hasNoCredentials({ request: { headers } }: Exchange): boolean {
  return headers.authorization === undefined && headers['x-api-key'] === undefined
}

/** Configured addresses and people with an operator role may; wrong credentials are not worth an error where strangers get an answer too. */
async function mayLookInside(edge: Edge, exchange: Exchange): Promise<boolean> {
  if (edge.isScraper(exchange.request)) return true
  if (hasNoCredentials(exchange)) return false
  const principal = await Promise.resolve(edge.authenticate(exchange.request)).catch(() => undefined)
  return principal !== undefined && edge.operatorRoles.some((role) => principal.roles.includes(role))
}

/** Strangers learn which checks fail, not why: outputs name hosts, files and versions. */
function readiness({ checks }: HealthReport, ready: boolean, details: boolean): string {
  const worst = checks.some(({ status }) => status !== 'pass') ? 'warn' : 'pass'
  return JSON.stringify({
    status: ready ? worst : 'fail',
    checks: Object.fromEntries(
      checks.map(({ name, status, output, time }) => [
        name,
        [details ? { status, output, time: new Date(time).toISOString() } : { status }],
      ]),
    ),
  })
}
