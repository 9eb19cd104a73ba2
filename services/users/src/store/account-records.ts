import type { Sql, SqlValue } from 'banyan'
import type { User } from '../contract.ts'
import type { EmailAddress } from '../email/email-address.ts'
import type { UserStatus } from '../domain/user-status.ts'
import { type AccountFilter, listCondition, searchKey } from './account-search.ts'

/** An account as stored. Times are epoch milliseconds. */
export interface Account {
  readonly id: string
  /** As it is shown and written to. */
  readonly email: string
  /** The one spelling of its mailbox; unique. */
  readonly emailKey: string
  readonly emailVerifiedAt: number | null
  readonly name: string
  readonly phone: string | null
  readonly locale: string | null
  readonly status: UserStatus
  readonly roles: User['roles']
  readonly marketingConsent: boolean
  readonly consentAt: number | null
  readonly createdAt: number
  readonly updatedAt: number
  readonly version: number
  /** Access tokens issued until then are no longer good; 0 when none were ended. */
  readonly tokensValidAfter: number
}

interface AccountRow {
  id: string
  email: string | null
  email_key: string | null
  email_verified_at: number | null
  name: string | null
  phone: string | null
  locale: string | null
  status: UserStatus
  roles: string
  marketing_consent: number
  consent_at: number | null
  created_at: number
  updated_at: number
  version: number
  tokens_valid_after: number
}

/** Begins the key of an account whose address is also another account's, or none by the rules of today. No address has it. */
export const FORMER_KEY = 'former:'

/** Reads and writes accounts. */
export function accountRecords(sql: Sql) {
  return {
    /** Inserts an account; false when its mailbox has one. */
    insert: (account: Account): Promise<boolean> => insertAccount(sql, account),
    /** Writes an account back if it still has the version before; false when somebody else was faster. */
    update: (account: Account): Promise<boolean> => updateAccount(sql, account),
    async byId(id: string): Promise<Account | undefined> {
      return toAccount(await sql.get<AccountRow>('SELECT * FROM account WHERE id = ?', id))
    },
    /**
     * The account of a mailbox. An account whose mailbox has another one since spellings are compared keeps signing in with the very
     * spelling that it was made with; see `store/spellings.ts`.
     */
    async byEmail({ key, former }: EmailAddress): Promise<Account | undefined> {
      const query = `SELECT * FROM account WHERE email_key = ? OR (email = ? AND email_key LIKE '${FORMER_KEY}%') ORDER BY email_key = ? LIMIT 1`
      return toAccount(await sql.get<AccountRow>(query, key, former, key))
    },
    /** Newest first. */
    async list(filter: AccountFilter): Promise<Account[]> {
      const { where, values } = listCondition(filter)
      const rows = await sql.all<AccountRow>(`SELECT * FROM account ${where} ORDER BY id DESC LIMIT ?`, ...values, filter.limit)
      return rows.map((row) => toAccount(row) as Account)
    },
    /** Tells whether an admin can sign in besides one account. The index `account_admins` has those alone, by this very condition. */
    async hasOtherAdmin(exceptId: string): Promise<boolean> {
      const query = `SELECT id FROM account WHERE status = 'active' AND roles LIKE '%"admin"%' AND id <> ? LIMIT 1`
      return (await sql.get(query, exceptId)) !== undefined
    },
  }
}

async function insertAccount(sql: Sql, account: Account): Promise<boolean> {
  const columns = { id: account.id, created_at: account.createdAt, ...changeableColumns(account) }
  const names = Object.keys(columns)
  const statement = `INSERT INTO account (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`
  return (await sql.run(statement, ...Object.values(columns))) === 1
}

async function updateAccount(sql: Sql, account: Account): Promise<boolean> {
  const columns = changeableColumns(account)
  const changes = Object.keys(columns).map((name) => `${name} = ?`)
  const statement = `UPDATE account SET ${changes.join(', ')} WHERE id = ? AND version = ?`
  return (await sql.run(statement, ...Object.values(columns), account.id, account.version - 1)) === 1
}

/** What the table keeps of an account beyond its id and its beginning. When tokens were ended is written apart; see `store/token-records.ts`. */
function changeableColumns(account: Account): Readonly<Record<string, SqlValue>> {
  return {
    email: account.email === '' ? null : account.email, // erased: the address can be used again
    email_key: account.emailKey === '' ? null : account.emailKey,
    search_key: searchKey(account),
    email_verified_at: account.emailVerifiedAt,
    name: account.name,
    phone: account.phone,
    locale: account.locale,
    status: account.status,
    roles: JSON.stringify(account.roles),
    marketing_consent: account.marketingConsent ? 1 : 0,
    consent_at: account.consentAt,
    updated_at: account.updatedAt,
    version: account.version,
  }
}

function toAccount(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined
  return {
    id: row.id,
    email: row.email ?? '',
    emailKey: row.email_key ?? '',
    emailVerifiedAt: row.email_verified_at,
    name: row.name ?? '',
    phone: row.phone,
    locale: row.locale,
    status: row.status,
    roles: JSON.parse(row.roles) as User['roles'],
    marketingConsent: row.marketing_consent === 1,
    consentAt: row.consent_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
    tokensValidAfter: row.tokens_valid_after,
  }
}
