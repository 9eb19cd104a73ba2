// A small API that keeps its document, or breaks it in the one way that its first argument names: what the fuzz must find.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { command, openApiDocument, query, schemaCheck, type Static, Type } from 'banyan/contract'

const Thing = Type.Object({ name: Type.String({ minLength: 1, maxLength: 10 }), count: Type.Integer({ minimum: 1, maximum: 100 }) })
const Made = Type.Object({ id: Type.String(), ...Thing.properties })
const operations = [
  {
    id: 'things.make',
    tag: 'things',
    operation: command('POST /things', { input: Thing, output: Made, access: 'user', created: '/things/:id', idempotency: 'none' }),
  },
  {
    id: 'things.get',
    tag: 'things',
    operation: query('GET /things/:id', { input: Type.Object({ id: Type.String() }), output: Made, access: 'public' }),
  },
]
const fault = process.argv[2] ?? 'none'
const things: Static<typeof Made>[] = []
const kept: object[] = []

// The document declares 414, so the head may be large enough for it.
const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
  void serve(request, response)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request)
  if (fault === 'leak') kept.push({ request, copy: 'x'.repeat(1_000).split('') })
  if (request.url === '/openapi.json')
    return answer(response, 200, openApiDocument({ title: 'Things', version: '1.0.0', operations }), 'application/json')
  if (request.method === 'POST') make(request, response, body)
  else get(request, response)
}

function make({ headers }: IncomingMessage, response: ServerResponse, body: string): void {
  if (fault !== 'lets strangers in' && headers.authorization !== 'Bearer admin') return refuse(response, 401, 'unauthenticated')
  if (fault !== 'does not look at media types' && headers['content-type'] !== 'application/json')
    return refuse(response, 415, 'unsupported_media_type')
  if (headers['content-encoding'] !== undefined) return refuse(response, 415, 'unsupported_media_type')
  if (headers['if-match'] !== undefined) return refuse(response, 400, 'invalid_argument')
  if (body.length > 1_048_576) return refuse(response, 413, 'payload_too_large')
  const input = parsed(body)
  if (input === undefined) return refuse(response, 400, 'malformed_json')
  if (fault !== 'checks no input' && (!schemaCheck(Thing).fits(input) || body.includes('__proto__')))
    return refuse(response, 400, 'invalid_argument')
  if (fault !== 'takes the last of two names' && fault !== 'checks no input' && /"twice".*"twice"/.test(body))
    return refuse(response, 400, 'invalid_argument')
  const { name = '', count = 0 } = Object(input) as Partial<Static<typeof Thing>>
  const made = { id: String(things.length), name, count }
  things.push(made)
  if (name.length > 5 && count > 3) return misbehave(response, made)
  answer(response, 201, made, 'application/json', { location: `/things/${made.id}` })
}

/** The fault shows only now and then, as faults do. */
function misbehave(response: ServerResponse, { id, name, count }: Static<typeof Made>): void {
  const located = { location: `/things/${id}` }
  switch (fault) {
    case 'undeclared status':
      return answer(response, 418, {}, 'application/json')
    case 'internal error':
      return refuse(response, 500, 'internal')
    case 'undeclared code':
      return refuse(response, 409, 'no_such_code')
    case 'wrong shape':
      return answer(response, 201, { id, name, count: String(count) }, 'application/json', located)
    case 'undeclared field':
      return answer(response, 201, { id, name, count, passwordHash: 'secret' }, 'application/json', located)
    case 'wrong type':
      return answer(response, 201, { id, name, count }, 'text/html', located)
    case 'no location':
      return answer(response, 201, { id, name, count }, 'application/json')
    case 'no answer':
      return
    case 'broken connection':
      response.destroy()
      return
    case 'tells of the inside':
      return refuse(response, 409, 'failed_precondition', 'SQLITE_CONSTRAINT in INSERT INTO thing')
    default:
      return answer(response, 201, { id, name, count }, 'application/json', located)
  }
}

function get({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
  const [path = '', search] = url.split('?')
  const found = things.find(({ id }) => path === `/things/${id}`)
  const refused =
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    headers['banyan-after'] !== undefined ||
    search !== undefined
  if (refused) return refuse(response, 400, 'invalid_argument')
  if (found) answer(response, 200, found, 'application/json')
  else refuse(response, 404, 'not_found')
}

function refuse(response: ServerResponse, status: number, code: string, detail = 'no'): void {
  answer(response, status, { type: `urn:test:${code}`, title: code, status, code, detail, retry: 'never' }, 'application/problem+json')
}

function answer(response: ServerResponse, status: number, body: object, type: string, headers: object = {}): void {
  response.writeHead(status, { 'content-type': type, 'x-request-id': 'some-request', ...headers })
  response.end(JSON.stringify(body))
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
