/** An answer of the shop. */
export interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly headers: Headers
  readonly body: T
}

/** Talks to the shop over HTTP, as one user or as nobody. */
export interface ShopClient {
  /** `signal` makes the client go away before the answer; the request may have arrived. */
  request<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<Answer<T>>
}

/** Longest wait for an answer. */
const TIMEOUT_MS = 60_000

/** Builds a client; with a token it speaks as that user. */
export function shopClient(url: string, token?: string): ShopClient {
  return {
    async request<T>(
      method: string,
      path: string,
      body?: unknown,
      headers: Record<string, string> = {},
      signal?: AbortSignal,
    ): Promise<Answer<T>> {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        signal: signal ?? AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, headers: response.headers, body: (text === '' ? null : JSON.parse(text)) as T }
    },
  }
}

/** Sign-in data of tests' administrator; give it to `startShop` as environment. */
export const ADMIN = { BANYAN_ADMIN_EMAIL: 'root@example.org', BANYAN_ADMIN_PASSWORD: 'a long admin secret' } as const

/** Password of every user that tests register. */
export const PASSWORD = 'correct horse battery'

/** Registers a user and returns its token and id. */
export async function registerUser(url: string, email: string): Promise<{ token: string; userId: string }> {
  const { status, body } = await shopClient(url).request<{ accessToken: string; user: { id: string } }>('POST', '/api/auth/register', {
    email,
    password: PASSWORD,
    name: 'Test User',
  })
  if (status >= 300) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`)
  return { token: body.accessToken, userId: body.user.id }
}

/** Signs the administrator in and returns its token. */
export function adminToken(url: string): Promise<string> {
  return signIn(url, ADMIN.BANYAN_ADMIN_EMAIL, ADMIN.BANYAN_ADMIN_PASSWORD)
}

/** Signs a user in, by default one of {@link registerUser}, and returns the token. */
export async function signIn(url: string, email: string, password: string = PASSWORD): Promise<string> {
  const { status, body } = await shopClient(url).request<{ accessToken: string }>('POST', '/api/auth/login', { email, password })
  if (status !== 200) throw new Error(`signing ${email} in answered ${status}: ${JSON.stringify(body)}`)
  return body.accessToken
}

/** Body of an order for one sku. */
export function anOrder(overrides: { sku?: string; quantity?: number; token?: string } = {}): Record<string, unknown> {
  return {
    items: [{ sku: overrides.sku ?? 'ESPRESSO-250', quantity: overrides.quantity ?? 1 }],
    shippingAddress: { recipient: 'Ann', line1: 'Street 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
    shippingMethod: 'standard',
    payment: { provider: 'fake', token: overrides.token ?? 'tok_ok' },
  }
}

/** Puts products on sale, each with `stock` units; returns their skus. */
export async function sellProducts(url: string, count: number, stock: number): Promise<string[]> {
  const admin = shopClient(url, await adminToken(url))
  const skus: string[] = []
  for (let number = 1; number <= count; number++) {
    const sku = `TEST-${number}`
    const { status, body } = await admin.request('POST', '/api/products', {
      title: `Test product ${number}`,
      description: 'For a test.',
      status: 'active',
      variants: [{ sku, title: 'one size', weightGrams: 100, initialStock: stock, prices: [{ currency: 'EUR', amountMinor: 1_000 }] }],
    })
    if (status >= 300) throw new Error(`creating a product answered ${status}: ${JSON.stringify(body)}`)
    skus.push(sku)
  }
  return skus
}
