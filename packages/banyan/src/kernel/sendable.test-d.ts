// Compile-time promises of `Sendable`: the compiler is the test (`tsc --noEmit`).
import type { IfSendable, Sendable } from './sendable.ts'

interface Made<T> {
  readonly run: (context: { readonly id: string }) => Promise<T>
}
declare function kept<T>(made: Made<T> & IfSendable<T, { readonly run: (context: never) => Promise<Sendable<T>> }>): T

interface Line {
  readonly sku: string
  readonly quantity?: number
}
interface Order {
  id: string
  lines: readonly Line[]
  note?: string | undefined
  tags: Record<string, string | null>
  parent: Order | null
  state: 'open' | 'paid'
}
type Tree = { name: string; below: Tree[] }
type OrderId = string & { readonly brand: 'order' }
class Data {
  x = 1
}
class Money {
  amount = 1
  plus(): number {
    return this.amount
  }
}

declare const order: Order
declare const tree: Tree
// oxlint-disable-next-line typescript/no-explicit-any -- what is written about nothing must pass
declare const anything: any
declare const something: unknown
declare const id: OrderId
declare const union: { kind: 'a'; a: number } | { kind: 'b'; b: readonly [number, string] }

// The parameters of a function are inferred as without the check.
void kept({ run: async ({ id }) => ({ id }) }).id.length

// What is plain stays what it is.
void kept({ run: async () => order }).lines[0]?.quantity?.toFixed()
void kept({ run: async () => tree }).below[0]?.name.length
void kept({ run: async () => anything }).whatever
void kept({ run: async () => something })
void kept({ run: async () => ({ something, id }) })
kept({ run: async () => {} })
kept({ run: async () => undefined })
void kept({ run: async () => null })
void kept({ run: async () => 'text' }).length
void kept({ run: async () => [1, 2] as const })[0].toFixed()
void kept({ run: async () => ({ list: [] as unknown[], deep: { a: [{ b: true }] } }) }).deep.a[0]?.b
void kept({ run: async () => (Math.random() > 1 ? order : null) })?.id
void kept({ run: async () => union }).kind
void kept({ run: async (): Promise<never> => Promise.reject(new Error('it')) })
/** Without methods it is no other type than an interface; writing it is refused at run time. */
void kept({ run: async () => new Data() })

// @ts-expect-error a Date
void kept({ run: async () => new Date(0) })
// @ts-expect-error a Date deep inside
void kept({ run: async () => ({ a: { b: [{ at: new Date(0) }] } }) })
// @ts-expect-error a Map
void kept({ run: async () => ({ map: new Map([[1, 2]]) }) })
// @ts-expect-error a Set
void kept({ run: async () => [new Set([1])] })
// @ts-expect-error a bigint
void kept({ run: async () => ({ big: 1n }) })
// @ts-expect-error a bigint that may be
void kept({ run: async () => ({ big: 1n as bigint | null }) })
// @ts-expect-error a function
void kept({ run: async () => ({ run: () => 1 }) })
// @ts-expect-error a symbol
void kept({ run: async () => Symbol('it') })
// @ts-expect-error an instance of a class with methods
void kept({ run: async () => ({ price: new Money() }) })
// @ts-expect-error bytes
void kept({ run: async () => Buffer.from('it') })
// @ts-expect-error undefined in a list
void kept({ run: async () => [1, undefined] })
// @ts-expect-error a Date in one of two
void kept({ run: async () => (Math.random() > 1 ? { at: new Date(0) } : { at: 1 }) })
// @ts-expect-error an error
void kept({ run: async () => new Error('it') as Error & { run(): void } })

/** A function around it asks the same of its own callers. */
function named<T>(made: Made<T> & IfSendable<T, { readonly run: (context: never) => Promise<Sendable<T>> }>): T {
  return kept(made)
}
named({ run: async ({ id }) => ({ id }) }).id.length.toFixed()
// @ts-expect-error a Date, through it
named({ run: async () => new Date(0) })
