/** Says why a value cannot be kept or sent; stands in compile errors. No value has this type. */
export interface NotSendable<Why extends string> {
  readonly [NOT_SENDABLE]: Why
}
declare const NOT_SENDABLE: unique symbol

/**
 * A type as JSON brings it back: itself where every part is plain, with {@link NotSendable} in the place of what JSON would change without a word.
 * Interfaces, read-only lists, tuples, optional fields and branded texts are plain; `unknown` and `any` pass, and are checked when they are written.
 */
export type Sendable<T> = IsOpen<T> extends true ? T : PartOf<T>

/**
 * Asks of a parameter besides its own type that `T` is {@link Sendable}: nothing more when it is, `Else` when it is not. `Else` is where the
 * compiler then says what is wrong, e.g. the same function with `Sendable<T>` as its result. A bound cannot say it: it would refer to itself.
 * @example keep<T>(make: { run: () => Promise<T> } & IfSendable<T, { run: () => Promise<Sendable<T>> }>): T
 */
export type IfSendable<T, Else> = [T] extends [Sendable<T>] ? unknown : Else

type PartOf<T> = T extends null | undefined | boolean | number | string
  ? T
  : T extends bigint
    ? NotSendable<'a bigint is not JSON; keep it as text'>
    : T extends symbol
      ? NotSendable<'a symbol is not JSON'>
      : T extends (...parameters: never) => unknown
        ? NotSendable<'a function is not JSON; this may be an instance of a class'>
        : T extends Date
          ? NotSendable<'a Date is not JSON; keep its time as a number or an ISO text'>
          : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | WeakKeys
            ? NotSendable<'a Map or Set is not JSON; keep an object or a list'>
            : T extends ArrayBufferView | ArrayBufferLike
              ? NotSendable<'bytes are not JSON; keep them as base64 text'>
              : T extends readonly unknown[]
                ? { readonly [K in keyof T]: ItemOf<T[K]> }
                : { readonly [K in keyof T]: Sendable<T[K]> }

type WeakKeys = WeakMap<never, unknown> | WeakSet<never>

/** In a list `undefined` becomes null. */
type ItemOf<T> = IsOpen<T> extends true ? T : undefined extends T ? NotSendable<'undefined in a list is not JSON; use null'> : PartOf<T>

/** True for `unknown` and `any`, about which types say nothing. */
type IsOpen<T> = unknown extends T ? true : false
