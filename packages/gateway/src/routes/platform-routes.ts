import { parseRoute, type RouteText } from 'banyan/contract'
import { type HealthReport, OPERATOR_NONCE, OPERATOR_PROOF_PATH } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import { JSON_TYPE } from '../http/answers.ts'
import type { GatewayContext } from '../routing/gateway-context.ts'
import type { GatewayMeters } from '../http/gateway-meters.ts'
import type { GatewayRoute } from '../routing/gateway-route.ts'
import type { Exchange } from '../http/exchange.ts'
import { eachParameter } from '../request/query-string.ts'
import { passAddress } from '../routing/rate-gate.ts'

/** Media type of the Prometheus text format. */
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'
const HEALTH_TYPE = 'application/health+json; charset=utf-8'

/** Routes that are answered also where nothing else is. */
export const HEALTH_ROUTES: ReadonlySet<string> = new Set(['platform.live', 'platform.ready'])

/** Compiles the routes that every platform has: health, metrics. Health is never limited: a probe must not depend on other traffic. */
export function platformRoutes(gateway: GatewayContext, meters: GatewayMeters): GatewayRoute[] {
  const route = (id: string, text: RouteText, serve: GatewayRoute['serve']): GatewayRoute => {
    const parsed = parseRoute(text)
    return { id, route: parsed, meter: meters.route(id, parsed.method), serve }
  }
  return [
    route('platform.live', 'GET /health/live', (exchange) => {
      const { live } = gateway.host.health()
      gateway.answers.send(exchange, live ? 200 : 503, HEALTH_TYPE, JSON.stringify({ status: live ? 'pass' : 'fail' }))
    }),
    route('platform.ready', 'GET /health/ready', async (exchange) => {
      const report = gateway.host.health()
      const ready = report.ready && !gateway.host.draining()
      if (!(gateway.isScraper(exchange.request) || hasNoCredentials(exchange)) && !passAddress(gateway, exchange)) return
      const details = await mayLookInside(gateway, exchange)
      gateway.answers.send(exchange, ready ? 200 : 503, HEALTH_TYPE, readiness(report, ready, details))
    }),
    route('platform.metrics', 'GET /metrics', async (exchange) => {
      if (!passAddress(gateway, exchange)) return
      if (!(await mayLookInside(gateway, exchange)))
        throw new BanyanError(
          'permission_denied',
          'metrics are for administrators; send an access token or API key with an administrator role, ' +
            'or name the address that reads them in the option "scrapers" (the shop: BANYAN_METRICS_FROM)',
        )
      gateway.answers.send(exchange, 200, METRICS_TYPE, gateway.host.metrics.text())
    }),
    route('platform.proof', `GET ${OPERATOR_PROOF_PATH}`, (exchange) => {
      if (!passAddress(gateway, exchange)) return
      if (gateway.operator === undefined) throw new BanyanError('not_found', 'this platform has no key of an operator')
      gateway.answers.send(exchange, 200, JSON_TYPE, JSON.stringify(gateway.operator.prove(nonceOf(exchange))))
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
async function mayLookInside(gateway: GatewayContext, exchange: Exchange): Promise<boolean> {
  if (gateway.isScraper(exchange.request)) return true
  if (hasNoCredentials(exchange)) return false
  const principal = await Promise.resolve(gateway.authenticate(exchange.request)).catch(() => undefined)
  return principal !== undefined && gateway.operatorRoles.some((role) => principal.roles.includes(role))
}

/** Strangers learn which checks fail, not why: outputs name hosts, files and versions. */
function readiness({ hosts, checks }: HealthReport, ready: boolean, details: boolean): string {
  const worst = checks.some(({ status }) => status !== 'pass') ? 'warn' : 'pass'
  return JSON.stringify({
    status: ready ? worst : 'fail',
    ...(details ? { hosts } : {}),
    checks: Object.fromEntries(
      checks.map(({ name, status, output, time }) => [
        name,
        [details ? { status, output, time: new Date(time).toISOString() } : { status }],
      ]),
    ),
  })
}
