import { testPrivileges } from './privileges.testsuite.ts'

testPrivileges('SQLite', async () => ({ async [Symbol.asyncDispose]() {} }))
