import type { Setting } from 'banyan/host'

const START = 'the `banyan` command'
const LOG = 'the log of a process'
const POSTGRES = 'the PostgreSQL stores'
const TESTS = 'tests of recovery; ignored with `NODE_ENV=production`'
const SUITES = 'the tests of this repository'

/** Every variable of the environment that the toolkit reads, whatever runs on it. What a platform reads besides is `settings` of `platform()`. */
export const TOOLKIT_SETTINGS: readonly Setting[] = [
  {
    name: 'PORT',
    meaning: 'port of the gateway',
    form: 'whole number from 0 to 65535; 0 picks a free one',
    byDefault: '8080',
    reader: START,
  },
  { name: 'HOST', meaning: 'address that the gateway listens on', form: 'an address or a name', byDefault: '127.0.0.1', reader: START },
  {
    name: 'NODE_ENV',
    meaning: 'whether real customers use it: no test aids and, in the shop, no demo products and no weak admin',
    form: '`production` or another word',
    byDefault: 'not production',
    reader: 'the `banyan` command; users, catalog',
  },
  { name: 'BANYAN_DATA', meaning: 'directory of the data', form: 'path, from the working directory', byDefault: './data', reader: START },
  { name: 'BANYAN_STORE', meaning: 'where services keep their data', form: '`sqlite` or `postgres`', byDefault: 'sqlite', reader: START },
  {
    name: 'BANYAN_STORE_<SERVICE>',
    meaning: 'where one service keeps its data, e.g. `BANYAN_STORE_INVENTORY`; dashes of its name become `_`',
    form: '`sqlite`, `postgres` or `memory`, for which the service needs a variant of its store',
    byDefault: 'what `stores` of `platform()` says, or `BANYAN_STORE`',
    reader: START,
  },
  {
    name: 'BANYAN_ALLOW_LOSS',
    meaning: 'whether services may be kept in memory, where nothing survives the process',
    form: '`on`',
    byDefault: 'off',
    reader: START,
  },
  {
    name: 'BANYAN_LEASE_MS',
    meaning: 'how long a crashed process keeps what it ran, on a shared store',
    form: 'milliseconds, whole number from 500 to 600000',
    byDefault: '15000',
    reader: START,
  },
  {
    name: 'BANYAN_DEBUG',
    meaning: 'whether a command that fails prints the stack of its error',
    form: 'anything',
    byDefault: 'off',
    reader: START,
  },
  {
    name: 'POSTGRES_URL',
    meaning: 'the database, when `BANYAN_STORE` is `postgres`',
    form: 'URL such as `postgres://user@localhost:5432/shop`',
    byDefault: 'none',
    reader: POSTGRES,
  },
  {
    name: 'BANYAN_POSTGRES_SCHEMA_PREFIX',
    meaning: 'beginning of the name of each service’s schema, so that several platforms share a database',
    form: 'text',
    byDefault: 'none',
    reader: POSTGRES,
  },
  {
    name: 'BANYAN_POSTGRES_POOL_MAX',
    meaning: 'most connections of one service',
    form: 'whole number from 1 to 1000',
    byDefault: '`storeSizes.poolMax`, or 8',
    reader: POSTGRES,
  },
  {
    name: 'BANYAN_POSTGRES_WRITERS',
    meaning: 'groups of transactions of one service side by side; at most as many as connections',
    form: 'whole number from 1 to 1000',
    byDefault: '`storeSizes.writers`, or 1',
    reader: POSTGRES,
  },
  {
    name: 'BANYAN_LOG',
    meaning: 'least level that is written',
    form: '`debug`, `info`, `warn` or `error`',
    byDefault: 'warn',
    reader: LOG,
  },
  {
    name: 'BANYAN_LOG_FORMAT',
    meaning: 'how entries are written',
    form: '`human` or `json`',
    byDefault: 'human in a terminal, json elsewhere',
    reader: LOG,
  },
  { name: 'NO_COLOR', meaning: 'whether a log in a terminal has no colours', form: 'anything', byDefault: 'off', reader: LOG },
  {
    name: 'BANYAN_CLOCK_OFFSET_MS',
    meaning: 'how much wall time is ahead, or behind when negative',
    form: 'milliseconds, whole number',
    byDefault: '0',
    reader: TESTS,
  },
  {
    name: 'BANYAN_FAULTS',
    meaning: 'points at which the process kills itself',
    form: 'list such as `store.orders.before-commit:3=kill`',
    byDefault: 'none',
    reader: TESTS,
  },
  {
    name: 'BANYAN_FAULTS_COUNT',
    meaning: 'file that gets how often each point was reached',
    form: 'path',
    byDefault: 'none',
    reader: TESTS,
  },
  {
    name: 'BANYAN_PARENT_IPC',
    meaning: 'whether the process drains when its parent is gone; set by `npm start` itself',
    form: '`1`',
    byDefault: 'off',
    reader: START,
  },
  { name: 'BANYAN_TEST_SEED', meaning: 'seed of random tests', form: 'whole number', byDefault: 'each test’s own', reader: SUITES },
  {
    name: 'BANYAN_SIM_RUNS',
    meaning: 'schedules of the simulator in a test',
    form: 'whole number',
    byDefault: 'each test’s own',
    reader: SUITES,
  },
  { name: 'BANYAN_KILLS', meaning: 'kills of the random campaign', form: 'whole number', byDefault: 'the test’s own', reader: SUITES },
  {
    name: 'BANYAN_KILL_POINTS',
    meaning: 'at which points the shop is killed',
    form: '`all`',
    byDefault: 'half of those that both flows share',
    reader: SUITES,
  },
  {
    name: 'BANYAN_KILL_ROUNDS',
    meaning: 'rounds of kills in a chaos run',
    form: 'whole number',
    byDefault: 'the run’s own',
    reader: SUITES,
  },
]
