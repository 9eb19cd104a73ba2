import type { Sql, SqlValue } from 'banyan'
import type { User } from '../contract.ts'
import type { UserStatus } from '../domain/user-status.ts'

/** An account as stored. Times are epoch milliseconds. */
export interface Account {
  readonly id: string
  readonly email: string
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

/** Which accounts to list. */
export interface AccountFilter {
  readonly q?: string | undefined
  readonly status?: UserStatus | undefined
  /** Id after which the page begins. */
  readonly after?: string | undefined
  readonly limit: number
}

interface AccountRow {
  id: string
  email: string | null
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

/** Reads and writes accounts. */
export function accountRecords(sql: Sql) {
  return {
    /** Inserts an account; false when its email is taken. */
    async insert(account: Account): Promise<boolean> {
      const inserted = await sql.run(
        `INSERT INTO account (id, email, email_verified_at, name, phone, locale, status, roles, marketing_consent, consent_at,
          created_at, updated_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING`,
        account.id,
        account.email,
        account.emailVerifiedAt,
        account.name,
        account.phone,
        account.locale,
        account.status,
        JSON.stringify(account.roles),
        account.marketingConsent ? 1 : 0,
        account.consentAt,
        account.createdAt,
        account.updatedAt,
        account.version,
      )
      return inserted === 1
    },
    /** Writes an account back if it still has the version before; false when somebody else was faster. */
    async update(account: Account): Promise<boolean> {
      const updated = await sql.run(
        `UPDATE account SET name = ?, phone = ?, locale = ?, status = ?, roles = ?, marketing_consent = ?, consent_at = ?, updated_at = ?,
          version = ? WHERE id = ? AND version = ?`,
        account.name,
        account.phone,
        account.locale,
        account.status,
        JSON.stringify(account.roles),
        account.marketingConsent ? 1 : 0,
        account.consentAt,
        account.updatedAt,
        account.version,
        account.id,
        account.version - 1,
      )
      return updated === 1
    },
    async byId(id: string): Promise<Account | undefined> {
      return toAccount(await sql.get<AccountRow>('SELECT * FROM account WHERE id = ?', id))
    },
    /** `email` must be in its normal form. */
    async byEmail(email: string): Promise<Account | undefined> {
      return toAccount(await sql.get<AccountRow>('SELECT * FROM account WHERE email = ?', email))
    },
    /** Newest first. */
    async list(filter: AccountFilter): Promise<Account[]> {
      const { where, values } = listCondition(filter)
      const rows = await sql.all<AccountRow>(`SELECT * FROM account ${where} ORDER BY id DESC LIMIT ?`, ...values, filter.limit)
      return rows.map((row) => toAccount(row) as Account)
    },
    /** How many admins can sign in, besides one account. */
    async otherAdmins(exceptId: string): Promise<number> {
      const query = `SELECT COUNT(*) AS admins FROM account WHERE status = 'active' AND roles LIKE '%"admin"%' AND id <> ?`
      return (await sql.get<{ admins: number }>(query, exceptId))?.admins ?? 0
    },
  }
}

function listCondition({ q, status, after }: AccountFilter): { where: string; values: SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  if (after !== undefined) {
    conditions.push('id < ?')
    values.push(after)
  }
  if (status !== undefined) {
    conditions.push('status = ?')
    values.push(status)
  }
  if (q !== undefined && q !== '') {
    const pattern = `%${q.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`
    conditions.push(`(email LIKE ? ESCAPE '!' OR LOWER(name) LIKE ? ESCAPE '!')`)
    values.push(pattern, pattern)
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values }
}

function toAccount(row: AccountRow | undefined): Account | undefined {
  if (row === undefined) return undefined
  return {
    id: row.id,
    email: row.email ?? '',
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
