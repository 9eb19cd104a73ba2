import { service } from 'banyan'
import { definition } from './define.ts'
import { get } from './operations/get.ts'
import { jwks } from './operations/jwks.ts'
import { list } from './operations/list.ts'
import { login } from './operations/login.ts'
import { logout } from './operations/logout.ts'
import { me } from './operations/me.ts'
import { refresh } from './operations/refresh.ts'
import { register } from './operations/register.ts'
import { revocations } from './operations/revocations.ts'
import { update } from './operations/update.ts'
import { prepare } from './prepare.ts'
import { expiredSessions } from './store/session-records.ts'

/** Users: accounts, passwords, sessions and the keys that sign access tokens. */
export const usersService = service(definition, {
  operations: [register, login, refresh, logout, jwks, me, get, update, list, revocations],
  prepare,
  retention: { rules: [expiredSessions] },
})
