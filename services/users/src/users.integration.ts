import { testCredentials } from './credentials.testsuite.ts'
import { testPrivileges } from './privileges.testsuite.ts'
import { testSpellings } from './spellings.testsuite.ts'
import { testStrangers } from './strangers.testsuite.ts'
import type { UsersPlace } from './users.fixture.ts'

async function open(): Promise<UsersPlace> {
  return { async [Symbol.asyncDispose]() {} }
}

testPrivileges('SQLite', open)
testCredentials('SQLite', open)
testSpellings('SQLite', open)
testStrangers('SQLite', open)
