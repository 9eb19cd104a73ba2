import { type Contract, openApiDocument, type OpenApiOperation, parseRoute, type RouteText } from 'banyan/contract'
import { toJson } from 'banyan/kernel'
import { JSON_TYPE } from './answers.ts'
import { readDocsPage } from './docs-page.ts'
import type { Edge } from './edge.ts'
import type { EdgeMeters } from './edge-meters.ts'
import type { EdgeRoute } from './edge-route.ts'
import type { OperatorContract } from './operator-contract.ts'
import type { GatewayOptions } from './options.ts'
import { passAddress } from './rate-gate.ts'
import { replaceHeader } from './security-headers.ts'

const TITLE = 'Banyan'
const VERSION = '0.1.0'
const HTML_TYPE = 'text/html; charset=utf-8'

/** Compiles the routes of the API's reference: the OpenAPI document, and a page to read and try it. */
export function referenceRoutes(edge: Edge, meters: EdgeMeters, options: GatewayOptions, operator: OperatorContract): EdgeRoute[] {
  const page = readDocsPage()
  let document: string | undefined
  const route = (id: string, text: RouteText, serve: EdgeRoute['serve']): EdgeRoute => {
    const parsed = parseRoute(text)
    return { id, route: parsed, meter: meters.route(id, parsed.method), serve }
  }
  return [
    route('platform.openapi', 'GET /openapi.json', (exchange) => {
      if (!passAddress(edge, exchange)) return
      document ??= toJson(
        openApiDocument({
          title: options.title ?? TITLE,
          version: options.version ?? VERSION,
          operations: operationsOf(edge, options, operator),
        }),
      )
      edge.answers.send(exchange, 200, JSON_TYPE, document)
    }),
    route('platform.docs', 'GET /docs', (exchange) => {
      if (!passAddress(edge, exchange)) return
      replaceHeader(exchange.headers, 'content-security-policy', page.policy)
      edge.answers.send(exchange, 200, HTML_TYPE, page.html)
    }),
  ]
}

function operationsOf(edge: Edge, { aggregates = [] }: GatewayOptions, operator: OperatorContract): OpenApiOperation[] {
  return [
    ...edge.host.services.flatMap(({ contract }) => operationsOfContract(contract)),
    ...aggregates.map(({ id, operation }) => ({ id, tag: 'aggregates', operation })),
    ...operationsOfContract(operator),
  ]
}

function operationsOfContract({ name: tag, operations }: Contract): OpenApiOperation[] {
  return Object.entries(operations).map(([name, operation]) => ({ id: `${tag}.${name}`, tag, operation }))
}
