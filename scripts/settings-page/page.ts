import { TOOLKIT_SETTINGS } from '@banyan/cli'
import type { Setting } from 'banyan/host'
import { SHOP_SETTINGS } from '../../settings/shop-settings.ts'

const HEAD = `# Settings

Everything that is read from the environment. This page is made from the tables that the start goes by,
[the toolkit's](../packages/cli/src/setting-table.ts) and [the shop's](../settings/shop-settings.ts), with \`npm run settings-page\`. A variable that is
empty counts as not set. A value that is not of its form is refused at the start, with exit code 78.

## Misspelt variables

A variable that begins with \`BANYAN_\` and stands in no table is refused by \`banyan start\`, and by \`banyan audit\` of stopped data, with the nearest known
name: what it was meant to decide would stay as it is, in silence. So is one that differs from a known one by a letter of its beginning. Commands that ask
a running platform read the toolkit's variables alone, and refuse those that differ by a letter from one of them. What Kubernetes puts into containers
for a service called \`banyan\` (\`BANYAN_SERVICE_HOST\`, \`BANYAN_PORT=tcp://…\`) is let be. A platform of your own declares what it reads:
\`platform({ services, settings: { known: [{ name, meaning, form, byDefault, reader }] } })\`.

## Settings that must fit each other

| setting | must be | or else |
|---|---|---|
| \`BANYAN_HOLD_TTL_MS\` | at least \`BANYAN_ORDER_DEADLINE_MS\` and as much again, a minute at most | goods are sold to somebody else before the order that holds them has ended |
| \`BANYAN_AUDIT_ENDED_WITHIN_MS\` | the same, or 0 | an audit reports orders that are under way |
| \`BANYAN_CONNECTIONS_PER_ADDRESS_MAX\` | at most \`BANYAN_CONNECTIONS_MAX\`, where either is set | one client takes all connections |
| \`BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX\` | at least \`BANYAN_LOGIN_FAILURES_MAX\`, where both are set | one stranger locks out all others |
| \`BANYAN_RESET_MAILS_OF_STRANGERS_MAX\` | at least \`BANYAN_RESET_MAILS_MAX\`, where both are set | one stranger uses up the mails of all others |
| \`BANYAN_POSTGRES_WRITERS\` | at most \`BANYAN_POSTGRES_POOL_MAX\` | a group of transactions has no connection |
| \`BANYAN_ADMIN_EMAIL\` and \`BANYAN_ADMIN_PASSWORD\` | both or neither | there is no admin |
| \`POSTGRES_URL\` | set with \`BANYAN_STORE=postgres\`, and with \`postgres\` for a service | there is no database |
| \`BANYAN_ALLOW_LOSS\` | \`on\` with \`memory\` for a service | its data are lost where nobody meant it |

Twice \`BANYAN_PAYMENT_TIMEOUT_MS\` and a look-up fit into the time of an operation by its bound alone. What is no setting (how long tokens, answers for keys and
sagas are kept) is a constant of the code; see [retention](retention.md).
`

/** Returns the page of all settings, as Markdown. */
export function settingsPage(): string {
  return `${HEAD}\n## Of the toolkit\n\n${table(TOOLKIT_SETTINGS)}\n\n## Of the shop\n\n${table(SHOP_SETTINGS)}\n`
}

function table(settings: readonly Setting[]): string {
  const rows = settings.map(
    ({ name, meaning, form, byDefault, reader }) => `| \`${name}\` | ${meaning} | ${form} | ${byDefault} | ${reader} |`,
  )
  return ['| variable | what it decides | form | default | read by |', '|---|---|---|---|---|', ...rows].join('\n')
}
