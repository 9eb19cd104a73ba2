import type { PrivateServer } from './private-server.ts'

/** An engine that a script of its own measures, in a process of its own, beside others with the same work. */
export interface Engine {
  /** As it stands in the figures. */
  readonly subject: string
  /** Script that measures it. */
  readonly script: string
  /** What a reader must know of how it ran: its durability, or what its call does and does not do. */
  readonly conditions: string
  /** Starts its server; returns why not, in words, where it cannot be had. Default: it has none. */
  readonly startServer?: () => Promise<PrivateServer | string>
}
