import type { Setting } from 'banyan/host'

const GATEWAY = 'the gateway'
const USERS = 'users'
const ORDERS = 'orders'
const PAYMENTS = 'payments'
const AUDIT = 'the audit'
const ON_OR_OFF = '`on` or `off`'
const RATE = '`requests/seconds/burst`, e.g. `100/3600/20`, or `off`'
const FROM_ONE = 'whole number from 1'
const UP_TO = (max: number, min = 1): string => `whole number from ${min} to ${max}`
const MILLISECONDS = (bounds: string): string => `milliseconds, whole number ${bounds}`
const NAMES = (what: string): string => `${what}, with commas between`

/** Every variable of the environment that the shop reads besides those of the toolkit, by the part that reads it. */
export const SHOP_SETTINGS: readonly Setting[] = [
  { name: 'BANYAN_ISSUER', meaning: 'issuer of access tokens', form: 'text', byDefault: 'banyan-shop', reader: 'the gateway, users' },
  {
    name: 'BANYAN_AUDIENCE',
    meaning: 'audience of access tokens',
    form: 'text',
    byDefault: 'banyan-shop-api',
    reader: 'the gateway, users',
  },
  { name: 'BANYAN_API_KEYS', meaning: 'keys of programs', form: NAMES('`id:role+role:sha256`'), byDefault: 'none', reader: GATEWAY },
  {
    name: 'BANYAN_CORS_ORIGINS',
    meaning: 'pages that may call from a browser',
    form: NAMES('origins, or `*`'),
    byDefault: 'none',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_TRUSTED_PROXIES',
    meaning: 'proxies whose word about the client’s address counts',
    form: NAMES('addresses or CIDR ranges'),
    byDefault: 'none',
    reader: 'the gateway, users',
  },
  {
    name: 'BANYAN_HOSTS',
    meaning: 'names that a gateway on loopback answers to besides `localhost`',
    form: NAMES('host names'),
    byDefault: 'none',
    reader: 'the gateway, users',
  },
  {
    name: 'BANYAN_METRICS_FROM',
    meaning: 'who reads `/metrics` and details of health without credentials',
    form: NAMES('addresses or CIDR ranges'),
    byDefault: 'none',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_HTTPS',
    meaning: 'whether a proxy in front speaks HTTPS',
    form: ON_OR_OFF,
    byDefault: 'off',
    reader: 'the gateway, users',
  },
  { name: 'BANYAN_ACCESS_LOG', meaning: 'whether each request is logged', form: ON_OR_OFF, byDefault: 'off', reader: GATEWAY },
  {
    name: 'BANYAN_RATE_LIMITS',
    meaning: 'whether requests are limited, and customers where their quotas are not set',
    form: ON_OR_OFF,
    byDefault: 'on',
    reader: 'the gateway, orders',
  },
  {
    name: 'BANYAN_LIMIT_ADDRESS',
    meaning: 'requests of one address',
    form: RATE,
    byDefault: '30000 a minute, 2000 at once',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_LIMIT_SUBJECT',
    meaning: 'requests of one user or key',
    form: RATE,
    byDefault: 'the gateway’s, see [limits](limits.md)',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_LIMIT_LOGIN',
    meaning: 'sign-ins at one account from everywhere together',
    form: RATE,
    byDefault: '100/3600/20',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_LIMIT_FORGOT',
    meaning: 'requests for a new password of one account from everywhere together',
    form: RATE,
    byDefault: '60/3600/20',
    reader: GATEWAY,
  },
  { name: 'BANYAN_CONNECTIONS_MAX', meaning: 'open connections', form: UP_TO(1_000_000), byDefault: '10000', reader: GATEWAY },
  {
    name: 'BANYAN_CONNECTIONS_PER_ADDRESS_MAX',
    meaning: 'open connections of one address; not above those of all',
    form: UP_TO(1_000_000),
    byDefault: '1000',
    reader: GATEWAY,
  },
  {
    name: 'BANYAN_ADMIN_EMAIL',
    meaning: 'address of an admin that the first start creates; needs the password',
    form: 'mail address',
    byDefault: 'none',
    reader: USERS,
  },
  {
    name: 'BANYAN_ADMIN_PASSWORD',
    meaning: 'password of that admin',
    form: 'text of 8 characters; of 12 where others reach the shop',
    byDefault: 'none',
    reader: USERS,
  },
  {
    name: 'BANYAN_RESET_PAGE',
    meaning: 'page of the shop where a new password is set with the token of a mail',
    form: 'URL without `#`',
    byDefault: 'none: the mail names the operation',
    reader: USERS,
  },
  {
    name: 'BANYAN_LOGIN_FAILURES_MAX',
    meaning: 'wrong passwords of a device or address before the first lock',
    form: UP_TO(100_000),
    byDefault: '5',
    reader: USERS,
  },
  {
    name: 'BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX',
    meaning: 'the same for all strangers together; not below that of one',
    form: UP_TO(100_000),
    byDefault: '100',
    reader: USERS,
  },
  {
    name: 'BANYAN_RESET_MAILS_MAX',
    meaning: 'mails for a new password in half an hour, for a device or address',
    form: UP_TO(500),
    byDefault: '3',
    reader: USERS,
  },
  {
    name: 'BANYAN_RESET_MAILS_OF_STRANGERS_MAX',
    meaning: 'the same for all strangers together; not below that of one',
    form: UP_TO(500),
    byDefault: '12',
    reader: USERS,
  },
  {
    name: 'BANYAN_PASSWORD_CHECKS_ACTIVE',
    meaning: 'passwords that are hashed at a time, in one process',
    form: UP_TO(64),
    byDefault: '2',
    reader: USERS,
  },
  {
    name: 'BANYAN_PASSWORD_CHECKS_WAITING',
    meaning: 'passwords that wait for it',
    form: UP_TO(100_000, 0),
    byDefault: '60',
    reader: USERS,
  },
  {
    name: 'BANYAN_SEED',
    meaning: 'whether an empty catalog gets demo products',
    form: ON_OR_OFF,
    byDefault: 'on; off with `NODE_ENV=production`',
    reader: 'catalog',
  },
  {
    name: 'BANYAN_ORDER_FLOW',
    meaning: 'how new orders are placed',
    form: '`orchestration` or `choreography`',
    byDefault: 'orchestration',
    reader: ORDERS,
  },
  {
    name: 'BANYAN_ORDER_DEADLINE_MS',
    meaning: 'how long an order may stay pending',
    form: MILLISECONDS('from 1000'),
    byDefault: '120000',
    reader: ORDERS,
  },
  {
    name: 'BANYAN_CUSTOMER_OPEN_ORDERS_MAX',
    meaning: 'orders of a customer that are not settled',
    form: `${FROM_ONE}, or \`off\``,
    byDefault: '30',
    reader: ORDERS,
  },
  {
    name: 'BANYAN_CUSTOMER_OPEN_UNITS_MAX',
    meaning: 'units in them, where there are two or more',
    form: `${FROM_ONE}, or \`off\``,
    byDefault: '3000',
    reader: ORDERS,
  },
  {
    name: 'BANYAN_CUSTOMER_CANCELLATIONS_MAX',
    meaning: 'orders that a customer may cancel in an hour',
    form: `${FROM_ONE}, or \`off\``,
    byDefault: '30',
    reader: ORDERS,
  },
  {
    name: 'BANYAN_HOLD_TTL_MS',
    meaning: 'how long goods are held for an order; above its deadline and the time that its end may take',
    form: MILLISECONDS('from 1000'),
    byDefault: '900000',
    reader: 'inventory',
  },
  {
    name: 'BANYAN_PAYMENT_TIMEOUT_MS',
    meaning: 'how long an answer of the payment provider is waited for',
    form: MILLISECONDS('from 1 to 3000'),
    byDefault: '2000',
    reader: PAYMENTS,
  },
  {
    name: 'BANYAN_FAKE_PROVIDER_BOOK',
    meaning: 'file of the fake provider’s book; one for all instances on one database',
    form: 'path',
    byDefault: 'in the data directory',
    reader: PAYMENTS,
  },
  {
    name: 'BANYAN_FAKE_PROVIDER_SLOW_MS',
    meaning: 'how long the fake provider takes for `tok_slow`',
    form: MILLISECONDS('from 1 to 60000'),
    byDefault: '800',
    reader: PAYMENTS,
  },
  {
    name: 'BANYAN_AUDIT_QUIET_MS',
    meaning: 'how long an order that changed is not compared',
    form: MILLISECONDS('from 0'),
    byDefault: '5000',
    reader: AUDIT,
  },
  {
    name: 'BANYAN_AUDIT_ENDED_WITHIN_MS',
    meaning:
      'how long after its last change an unsettled order is a violation; 0, or above the deadline of orders and the time that their end may take',
    form: MILLISECONDS('from 0'),
    byDefault: '300000',
    reader: AUDIT,
  },
]
