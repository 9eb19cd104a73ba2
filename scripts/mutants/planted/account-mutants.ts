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
  {
    name: 'stranger-locks-owner',
    mistake: 'failures are counted by account alone, so a stranger who guesses five times locks the owner out',
    promises: [],
    file: 'services/users/src/operations/guard.ts',
    find: "resources.keyed.of('account and address', emailKey, origin)",
    replace: "resources.keyed.of('account and address', emailKey)",
    caughtBy: { file: USERS, test: "SQLite: a stranger's failures lock the stranger's address, not the owner" },
  },
  {
    name: 'grace-without-end',
    mistake: 'a refresh token that was exchanged long ago still gets its successor, so a copied one is never noticed',
    promises: [],
    file: 'services/users/src/operations/refresh.ts',
    find: 'context.now() - revokedAt > REFRESH_GRACE_MS',
    replace: 'REFRESH_GRACE_MS < 0',
    caughtBy: { file: USERS, test: 'SQLite: a refresh token used again after the grace ends all that came from it' },
  },
  {
    name: 'reset-twice',
    mistake: 'the token of a mail stays good after it was used',
    promises: [],
    file: 'services/users/src/operations/set-password.ts',
    find: 'await tx.resets.forgetAll(userId)',
    replace: '',
    caughtBy: { file: USERS, test: 'SQLite: mails a token that sets a new password once, and says the same of unknown addresses' },
  },
  {
    name: 'key-signs-unpublished',
    mistake: 'a new key signs as soon as it is made, before verifiers have heard of it',
    promises: [],
    file: 'services/users/src/operations/session.ts',
    find: 'keys.find(({ activeFrom }) => activeFrom <= now) ?? keys.at(-1)',
    replace: 'keys[0]',
    caughtBy: {
      file: USERS,
      test: 'SQLite: publishes the next key a day before it signs, and the last one until its last token has expired',
    },
  },
  {
    name: 'one-mailbox-two-accounts',
    mistake: 'the domain of an address is compared as it is typed, so a mailbox has an account for each script',
    promises: [],
    file: 'services/users/src/email/email-address.ts',
    find: '@${mailbox.domain}`',
    replace: '@${domain}`',
    caughtBy: { file: 'services/users/src/email/email-address.test.ts', test: 'spellings of one mailbox have one key' },
  },
  {
    name: 'loud-address-first',
    mistake: 'passwords are checked first come first served, so an address that guesses keeps everybody else waiting',
    promises: [],
    file: 'services/users/src/security/waiting-line.ts',
    find: 'this.#queues.delete(origin)\n    if (queue.length > 0) this.#queues.set(origin, queue)',
    replace: 'if (queue.length === 0) this.#queues.delete(origin)',
    caughtBy: {
      file: 'services/users/src/security/slots.test.ts',
      test: 'lets addresses take turns, so that who asks a lot waits for itself',
    },
  },
  {
    name: 'hash-for-the-dead',
    mistake: 'passwords are checked for clients that hung up',
    promises: [],
    file: 'services/users/src/security/slots.ts',
    find: 'if (abandoned()) return',
    replace: 'if (abandoned() && remainingMs() < 0) return',
    caughtBy: {
      file: 'services/users/src/security/slots.test.ts',
      test: 'begins nothing for which nobody waits any more, or that comes too late',
    },
  },
]
