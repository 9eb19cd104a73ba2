import { define, type HandlerContext, type Transaction } from 'banyan'
import { users } from './contract.ts'
import { MAIL_FOLDER, openSecurity, type Security } from './security/security.ts'
import { type UsersRepository, usersStore } from './store/users-store.ts'

/** What the handlers of users may reach: its own tables, password hashing and token signing; no other service. */
export const { operation, timer, definition } = define(users, { store: usersStore, resources: openSecurity, files: [MAIL_FOLDER] })

/** What every handler of users gets. */
export type UsersContext = HandlerContext<typeof users, readonly [], UsersRepository, Security>

/** What the handlers of users write with. */
export type UsersTransaction = Transaction<typeof users, UsersRepository>
