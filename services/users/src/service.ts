import { service } from 'banyan'
import { definition } from './define.ts'
import { audit } from './operations/audit.ts'
import { changePassword } from './operations/change-password.ts'
import { erase } from './operations/erase.ts'
import { get } from './operations/get.ts'
import { jwks } from './operations/jwks.ts'
import { list } from './operations/list.ts'
import { login } from './operations/login.ts'
import { logout } from './operations/logout.ts'
import { logoutAll } from './operations/logout-all.ts'
import { me } from './operations/me.ts'
import { refresh } from './operations/refresh.ts'
import { register } from './operations/register.ts'
import { requestReset } from './operations/request-reset.ts'
import { resetPassword } from './operations/reset-password.ts'
import { revocations } from './operations/revocations.ts'
import { update } from './operations/update.ts'
import { prepare } from './prepare.ts'
import { forgottenAttempts } from './store/attempt-records.ts'
import { expiredAudit } from './store/audit-records.ts'
import { expiredDevices } from './store/device-records.ts'
import { expiredResets } from './store/reset-records.ts'
import { expiredSessions } from './store/session-records.ts'
import { mailReset } from './timers/mail-reset.ts'
import { rotateKeys } from './timers/rotate-keys.ts'

/** Users: accounts, passwords, sessions and the keys that sign access tokens. */
export const usersService = service(definition, {
  operations: [
    register,
    login,
    refresh,
    logout,
    logoutAll,
    changePassword,
    requestReset,
    resetPassword,
    jwks,
    me,
    audit,
    get,
    update,
    erase,
    list,
    revocations,
  ],
  timers: [mailReset, rotateKeys],
  prepare,
  retention: { rules: [expiredSessions, forgottenAttempts, expiredDevices, expiredResets, expiredAudit] },
})
