import type { Client, Contract } from 'banyan/contract'
import { BanyanError, reworded } from 'banyan/kernel'
import type { TestLog } from './test-log.ts'

type Calls = Readonly<Record<string, (...values: unknown[]) => Promise<unknown>>>

/**
 * A client for tests. What callers must not see (an exception of a handler, the field of an answer that its contract does not allow) stands in
 * the log only; here the error of the call says it as well, with the original as its cause.
 */
export function explainingClient<C extends Contract>(contract: C, client: Client<C>, log: TestLog): Client<C> {
  const explained = Object.entries(client as Calls).map(([name, call]) => [
    name,
    async (...values: unknown[]) => {
      const mark = log.mark()
      try {
        return await call(...values)
      } catch (thrown) {
        throw explainedError(thrown, (operation) => log.errorOf(operation, mark), `${contract.name}.${name}`)
      }
    },
  ])
  return Object.fromEntries(explained) as Client<C>
}

function explainedError(thrown: unknown, loggedBy: (operation: string) => unknown, operation: string): unknown {
  if (!(thrown instanceof BanyanError) || (thrown.code !== 'internal' && thrown.code !== 'misuse')) return thrown
  const cause = (thrown.from === undefined ? undefined : loggedBy(thrown.from)) ?? loggedBy(operation) ?? thrown.cause
  if (!(cause instanceof Error)) return thrown
  return reworded(thrown, `${thrown.message}: ${chain(cause)}`, { cause })
}

const CAUSES_MAX = 4

/** What went wrong, and because of what. */
function chain(error: Error): string {
  const texts: string[] = []
  for (let one: unknown = error; one instanceof Error && texts.length < CAUSES_MAX; one = one.cause)
    texts.push(`${one.name}: ${one.message}`)
  return texts.join(', caused by ')
}
