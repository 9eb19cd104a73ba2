import { type Sql, store, type RepositoryOf } from 'banyan'
import { accountRecords } from './account-records.ts'
import { attemptRecords } from './attempt-records.ts'
import { auditRecords } from './audit-records.ts'
import { credentialRecords } from './credential-records.ts'
import { deviceRecords } from './device-records.ts'
import { keyRecords } from './key-records.ts'
import { resetRecords } from './reset-records.ts'
import { secretRecords } from './secret-records.ts'
import { sessionRecords } from './session-records.ts'
import { tokenRecords } from './token-records.ts'
import { migrations } from './tables.ts'

/** Words in which handlers speak of the tables. */
export const usersStore = store({
  migrations,
  repository: (sql: Sql) => ({
    accounts: accountRecords(sql),
    credentials: credentialRecords(sql),
    sessions: sessionRecords(sql),
    attempts: attemptRecords(sql),
    keys: keyRecords(sql),
    tokens: tokenRecords(sql),
    devices: deviceRecords(sql),
    resets: resetRecords(sql),
    audit: auditRecords(sql),
    secrets: secretRecords(sql),
  }),
})

/** What handlers find on a transaction and on a snapshot. */
export type UsersRepository = RepositoryOf<typeof usersStore>
