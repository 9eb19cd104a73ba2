import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { command, contract, type Contract, declareError, query, Type } from 'banyan'
import { type CallReply, type CallRequest } from 'banyan/call'
import { schemaCheck } from 'banyan/contract'
import {
  createOwnWrites,
  type GatewayHost,
  type GatewayService,
  type PlatformAdmin,
  type ReadModel,
  type RunningGateway,
} from 'banyan/host'
import { BanyanError, createRuntime, type Runtime } from 'banyan/kernel'
import { createMetrics } from 'banyan/telemetry'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { type ApiKey, apiKeyHash } from './identity/api-keys.ts'
import { gateway } from './gateway.ts'
import type { GatewayOptions } from './options/options.ts'

/** A contract with one operation of each kind. */
export const shop = contract('shop', {
  operations: {
    getProduct: query('GET /api/products/:id', {
      input: Type.Object({
        id: Type.String(),
        limit: Type.Optional(Type.Integer()),
        inStock: Type.Optional(Type.Boolean()),
        tag: Type.Optional(Type.Array(Type.String())),
      }),
      output: Type.Object({ id: Type.String(), version: Type.Integer() }),
      access: 'public',
    }),
    createOrder: command('POST /api/orders', {
      input: Type.Object({
        items: Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer({ minimum: 1, maximum: 999 }) }), { minItems: 1 }),
      }),
      output: Type.Object({ id: Type.String() }),
      access: 'user',
      created: '/api/orders/:id',
      errors: {
        insufficient_stock: Type.Object({ sku: Type.String() }),
        payment_declined: declareError(402, Type.Object({ declineCode: Type.String() })),
      },
    }),
    updateUser: command('PUT /api/users/:id', {
      input: Type.Object({ id: Type.String(), version: Type.Integer(), name: Type.String() }),
      output: Type.Object({ id: Type.String(), version: Type.Integer() }),
      access: { owner: 'id', roles: ['admin'] },
      ifMatch: 'version',
    }),
    removeOrder: command('DELETE /api/orders/:id', {
      input: Type.Object({ id: Type.String() }),
      output: Type.Null(),
      access: { roles: ['admin'] },
      status: 204,
    }),
    charge: command('POST /api/charges', {
      input: Type.Object({ minor: Type.Integer() }),
      output: Type.Object({}),
      access: 'user',
      idempotency: 'required',
    }),
    signIn: command('POST /api/sessions', {
      input: Type.Object({ email: Type.String(), password: Type.String() }),
      output: Type.Object({}),
      access: 'public',
      idempotency: 'none',
    }),
    slow: query('GET /api/slow', { input: Type.Object({}), output: Type.Object({}), access: 'public', timeoutMs: 50 }),
    secret: query('GET /api/internal', { input: Type.Object({}), output: Type.Object({}), access: 'internal' }),
  },
})

/** Answers one operation of the stub. */
export type StubHandler = (request: CallRequest) => Promise<CallReply>

/** What a test may replace of the stub host. */
export interface StubHostOptions {
  readonly runtime?: Runtime
  readonly handlers?: Readonly<Record<string, StubHandler>>
  readonly services?: readonly GatewayService[]
  /** What queries of the services read through projections. Default: nothing. */
  readonly reads?: ReadModel
  readonly admin?: PlatformAdmin
  readonly draining?: () => boolean
}

/** A host whose services are functions of the test. */
export function stubHost({
  runtime = createRuntime(),
  handlers = {},
  services = [gatewayService(shop)],
  reads,
  admin,
  draining = () => false,
}: StubHostOptions = {}): GatewayHost {
  const ownWrites = createOwnWrites(runtime.clock)
  return {
    runtime,
    environment: {},
    services,
    admin: admin ?? { services: [], hasInvariants: false, violations: async () => [] },
    metrics: createMetrics(),
    operatorKey: OPERATOR_SECRET,
    health: () => ({
      live: true,
      ready: true,
      hosts: ['shop'],
      checks: [{ name: 'shop:store', status: 'pass', output: 'file /secret/path', time: 0 }],
    }),
    draining,
    transport: {
      async send(request) {
        const definition = services.find(({ contract }) => contract.name === request.service)?.contract.operations[request.operation]
        if (!definition) throw new BanyanError('unavailable', 'no such service')
        schemaCheck(definition.input).parse(request.input, `${request.service}.${request.operation}`)
        if (reads && definition.kind === 'query') await ownWrites.see(reads, request.scope)
        const handler = handlers[request.operation]
        return handler ? handler(request) : { output: { id: 'x', version: 3 } }
      },
    },
  }
}

/** Shows a contract to the gateway. */
export function gatewayService(of: Contract, more: Partial<GatewayService> = {}): GatewayService {
  return {
    contract: of,
    raw: undefined,
    listen: () => () => {},
    ...more,
  }
}

/** The secret by which the stub host's operator proves itself. */
export const OPERATOR_SECRET = 'operator-secret-of-the-test-0123456789'
/** An API key of an administrator. */
export const OPERATOR_KEY = 'key-of-an-administrator-in-the-test-0123456789'
const ISSUER = 'banyan-test'
const AUDIENCE = 'banyan-test-api'

/** An issuer of tokens, with keys of its own. */
export interface TestIssuer {
  readonly tokens: NonNullable<GatewayOptions['tokens']>
  sign(claims?: TokenClaims): Promise<string>
}

/** How a token differs from a good one of user `u1`. */
interface TokenClaims {
  readonly sub?: string
  readonly roles?: readonly string[]
  readonly issuer?: string
  readonly audience?: string
  readonly typ?: string
  /** Seconds from now. */
  readonly expiresIn?: number
}

/** Creates an issuer with one Ed25519 key. */
export async function testIssuer(): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'EdDSA', use: 'sig' }
  return {
    tokens: { issuer: ISSUER, audience: AUDIENCE, keys: async () => ({ keys: [jwk] }) },
    sign: ({ sub = 'u1', roles = ['customer'], issuer = ISSUER, audience = AUDIENCE, typ = 'at+jwt', expiresIn = 900 } = {}) =>
      new SignJWT({ roles: [...roles] })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'k1', typ })
        .setSubject(sub)
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1_000) + expiresIn)
        .sign(privateKey),
  }
}

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  /** The body as JSON; fails when it is none. */
  readonly json: Record<string, unknown>
}

/** What a test sends. */
export interface Ask {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown
}

/** A gateway on a real socket, with a client. */
export interface RunningTest extends AsyncDisposable {
  readonly gateway: RunningGateway
  readonly host: GatewayHost
  readonly url: string
  ask(path: string, ask?: Ask): Promise<Answer>
}

/** Users could sign in, but there are none: operations for users are offered all the same. */
const NO_TOKENS: NonNullable<GatewayOptions['tokens']> = { issuer: ISSUER, audience: AUDIENCE, keys: async () => ({ keys: [] }) }

/** Starts a gateway in front of a host. */
export async function startGateway(options: GatewayOptions = {}, host: GatewayHost = stubHost()): Promise<RunningTest> {
  const operators: ApiKey = { id: 'operator', sha256: apiKeyHash(OPERATOR_KEY), roles: ['admin'] }
  const running = await gateway({ tokens: NO_TOKENS, ...options, apiKeys: [...(options.apiKeys ?? []), operators] }).start(host, {
    port: 0,
    hostname: '127.0.0.1',
  })
  return {
    gateway: running,
    host,
    url: `http://127.0.0.1:${running.port}`,
    ask: (path, ask = {}) => send(running.port, path, ask),
    [Symbol.asyncDispose]: () => running.close(0),
  }
}

function send(port: number, path: string, { method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const typed = text === undefined || 'content-type' in headers ? headers : { 'content-type': 'application/json', ...headers }
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', path, method, headers: typed, agent: false }, (response) => {
      let received = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (received += chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: received,
          get json() {
            return JSON.parse(received) as Record<string, unknown>
          },
        }),
      )
    })
    request.on('error', reject)
    request.end(text)
  })
}

/** Sends bytes as they are and returns everything that comes back until the server closes, or until `until` is in it. */
export function sendRaw(port: number, bytes: string | Buffer, until?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const done = (): void => {
      socket.destroy()
      resolve(received)
    }
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      if (until !== undefined && received.includes(until)) done()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' || error.code === 'EPIPE' ? done() : reject(error)))
    socket.on('close', done)
  })
}
