import {
  type Contract,
  type OpenApiDocument,
  openApiDocument,
  type OpenApiOperation,
  parseRoute,
  type RouteText,
  type TSchema,
} from 'banyan/contract'
import { misuse, toJson } from 'banyan/kernel'
import { JSON_TYPE } from '../http/answers.ts'
import { readDocsPage } from './docs-page.ts'
import type { GatewayContext } from '../routing/gateway-context.ts'
import type { GatewayMeters } from '../http/gateway-meters.ts'
import type { GatewayRoute } from '../routing/gateway-route.ts'
import type { OperatorContract } from '../operator/operator-contract.ts'
import type { GatewayOptions, SignInOptions } from '../options/options.ts'
import { passAddress } from '../routing/rate-gate.ts'
import { replaceHeader } from '../http/security-headers.ts'

const TITLE = 'Banyan'
const VERSION = '0.1.0'
/** The path `/`, which no contract can name: its one segment is empty. */
const ROOT: GatewayRoute['route'] = { method: 'GET', path: '/', segments: [{ literal: '' }] }
/** What is to be found where, for whoever asks for `/`. */
const INDEX = { documentation: '/docs', openapi: '/openapi.json', live: '/health/live', ready: '/health/ready' }
const HTML_TYPE = 'text/html; charset=utf-8'

/** Compiles the routes of the API's reference: the OpenAPI document, and a page to read and try it. */
export function referenceRoutes(
  gateway: GatewayContext,
  meters: GatewayMeters,
  options: GatewayOptions,
  operator: OperatorContract,
): GatewayRoute[] {
  checkSignIn(operationsOf(gateway, options, operator), options.tokens?.signIn)
  const page = readDocsPage()
  let document: string | undefined
  const compiled = (id: string, route: GatewayRoute['route'], serve: GatewayRoute['serve']): GatewayRoute => ({
    id,
    route,
    meter: meters.route(id, route.method),
    serve,
  })
  const route = (id: string, text: RouteText, serve: GatewayRoute['serve']): GatewayRoute => compiled(id, parseRoute(text), serve)
  return [
    route('platform.openapi', 'GET /openapi.json', (exchange) => {
      if (!passAddress(gateway, exchange)) return
      document ??= toJson(referenceDocument(gateway, options, operator))
      gateway.answers.send(exchange, 200, JSON_TYPE, document)
    }),
    compiled('platform.index', ROOT, (exchange) => {
      if (!passAddress(gateway, exchange)) return
      exchange.headers.push('vary', 'accept')
      const title = options.title ?? TITLE
      if (prefersHtml(exchange.request.headers.accept)) gateway.answers.send(exchange, 200, HTML_TYPE, indexPage(title))
      else gateway.answers.send(exchange, 200, JSON_TYPE, JSON.stringify({ title, version: options.version ?? VERSION, ...INDEX }))
    }),
    route('platform.docs', 'GET /docs', (exchange) => {
      if (!passAddress(gateway, exchange)) return
      replaceHeader(exchange.headers, 'content-security-policy', page.policy)
      gateway.answers.send(exchange, 200, HTML_TYPE, page.html)
    }),
  ]
}

function referenceDocument(gateway: GatewayContext, options: GatewayOptions, operator: OperatorContract): OpenApiDocument {
  const document = openApiDocument({
    title: options.title ?? TITLE,
    version: options.version ?? VERSION,
    operations: operationsOf(gateway, options, operator),
    schemas: schemasOf([...gateway.host.services.map(({ contract }) => contract), operator]),
  })
  const signIn = options.tokens?.signIn
  return signIn === undefined ? document : withSignIn(document, signIn)
}

function checkSignIn(operations: readonly OpenApiOperation[], signIn: SignInOptions | undefined): void {
  const usable = operations.filter(({ operation }) => operation.access === 'public' && operation.kind === 'command').map(({ id }) => id)
  if (signIn !== undefined && !usable.includes(signIn.operation))
    misuse(
      `tokens.signIn names "${signIn.operation}", which is no public command of the platform; there are ${usable.join(', ') || 'none'}`,
    )
}

/** Tells the page how people get a token. OpenAPI has words for OAuth only. */
function withSignIn(document: OpenApiDocument, { operation, token }: SignInOptions): OpenApiDocument {
  const { bearer, ...schemes } = document.components['securitySchemes'] as Readonly<Record<string, object>>
  const securitySchemes = { ...schemes, bearer: { ...bearer, 'x-banyan-sign-in': { operationId: operation, token } } }
  return { ...document, components: { ...document.components, securitySchemes } }
}

function operationsOf(gateway: GatewayContext, { aggregates = [] }: GatewayOptions, operator: OperatorContract): OpenApiOperation[] {
  return [
    ...gateway.host.services.flatMap(({ contract }) => operationsOfContract(contract)),
    ...aggregates.map(({ id, operation }) => ({ id, tag: 'aggregates', operation })),
    ...operationsOfContract(operator),
  ]
}

/** Named after their contracts: two of them may call different things by one name. */
function schemasOf(contracts: readonly Contract[]): Record<string, TSchema> {
  const named = contracts.flatMap(({ name, schemas = {} }) => Object.entries(schemas).map(([schema, of]) => [`${name}.${schema}`, of]))
  return Object.fromEntries(named) as Record<string, TSchema>
}

function operationsOfContract({ name: tag, operations }: Contract): OpenApiOperation[] {
  return Object.entries(operations).map(([name, operation]) => ({ id: `${tag}.${name}`, tag, operation }))
}

/** Browsers name text/html; programs ask for JSON or for anything. */
function prefersHtml(accept: string | undefined): boolean {
  return accept !== undefined && /\btext\/html\b/i.test(accept) && !/\bapplication\/json\b/i.test(accept)
}

/** A page without style or script: the policy of data allows neither. */
function indexPage(title: string): string {
  const name = title.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  const links = Object.entries(INDEX).map(([what, path]) => `<li><a href="${path}">${path}</a> ${what}</li>`)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><h1>${name}</h1><ul>${links.join('')}</ul></html>`
}
