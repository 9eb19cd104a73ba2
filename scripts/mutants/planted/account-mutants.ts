import type { Mutant } from '../mutant.ts'

const USERS = 'services/users/src/users.integration.ts'
const GATEWAY = 'apps/gateway/src/shop-gateway.integration.ts'

/** Mistakes in accounts: rights that outlive their loss, strangers who lock owners out, secrets that serve twice. */
export const ACCOUNT_MUTANTS: readonly Mutant[] = [
  {
    name: 'actor-from-token',
    mistake: 'a privileged change believes the token about its actor, so a demoted admin gives the role back to themselves',
    promises: [],
    file: 'services/users/src/operations/actor.ts',
    find: 'role !== undefined && !actor.roles.includes(role)',
    replace: 'role !== undefined && !principal.roles.includes(role)',
    caughtBy: { file: USERS, test: 'SQLite: an admin who was demoted cannot give the role back to themselves, whatever their token says' },
  },
  {
    name: 'tokens-outlive-user',
    mistake: 'the gateway takes a token from its cache without asking whether it was ended',
    promises: [],
    file: 'packages/gateway/src/token-verifier.ts',
    find: 'return revocations.current() && !wasEnded(found) ? found.principal : undefined',
    replace: 'return found.principal',
    caughtBy: {
      file: GATEWAY,
      test: 'refuses the token of a user at once when the user is disabled or loses a role, and takes the next one',
    },
  },
  {
    name: 'hint-under-way-missed',
    mistake: 'an answer of the issuer counts for changes that came after it was asked for',
    promises: [],
    file: 'packages/gateway/src/revocations.ts',
    find: 'seen = started.hints',
    replace: 'seen = hints',
    caughtBy: {
      file: 'packages/gateway/src/revocations.test.ts',
      test: 'asks again when a hint comes while the answer is under way: it may not be in it',
    },
  },
]
