/** Someone of this process who opens connections: a pool, a sequencer, the listener, reads apart. */
export interface BudgetMember {
  /** Takes a place for a connection; false when there is none. Give it back with {@link give}. */
  take(): boolean
  give(): void
  /** Places that were taken and not given back, those of connections that are being closed included. */
  readonly open: number
  /** Says that a connection is being closed; returns how to give its place back when it is gone. */
  closing(): () => void
  /** Asks to be told, once, when a place came free. */
  want(tell: () => void): void
  /**
   * Whether one of several connections should be given up: there are more than allowed, or others wait for a place. Who is `busy` gives up only to
   * who has fewer, one for each who waits: two that wait both would else pass connections to and fro, and open them anew each time.
   */
  excess(busy: boolean): boolean
  /** Gives back what it has, and is offered nothing any more. */
  leave(): void
}

/** How a member joins. */
export interface MemberOptions {
  /** Places that nobody else is given: 1 for the pool of a service, so that each goes on whatever the others do; else 0. */
  readonly reserved: 0 | 1
  /** Closes a connection that is not used just now; returns false when there is none. */
  readonly closeIdle: () => boolean
}

interface Member extends MemberOptions {
  open: number
  /** Of those that are open, how many are being closed. */
  closing: number
}

/**
 * The connections to one server that all services of a process share.
 *
 * - I1 A member that reserved a place can always take it.
 * - I2 No other place is given while so many are open or reserved as the server gives.
 * - I3 A place that comes free is offered to who has waited longest.
 */
export class ConnectionBudget {
  readonly #members = new Set<Member>()
  readonly #wants = new Map<Member, () => void>()
  /** Whom a place is being offered to: nobody may take it before. */
  #offered: Member | undefined
  #max = Number.POSITIVE_INFINITY
  #open = 0
  #closing = 0

  /** Most connections; infinite until the server was asked. */
  get max(): number {
    return this.#max
  }
  /** Changes how many there may be. Idle connections are closed when they are too many now; those in use go as they come back. */
  set max(max: number) {
    this.#max = max
    this.#closeIdle(this.#surplus + this.#wants.size)
    this.#offer()
  }

  /** Whether there is room for what makes things faster and is not needed: two for each of our services, one to listen and one to spare. */
  get ample(): boolean {
    return this.#max >= 2 * this.#reserved() + 2
  }

  /** Adds a member. */
  join(options: MemberOptions): BudgetMember {
    const member: Member = { ...options, open: 0, closing: 0 }
    this.#members.add(member)
    return {
      take: () => this.#take(member),
      give: () => this.#give(member),
      get open() {
        return member.open
      },
      closing: () => this.#close(member),
      want: (tell) => this.#want(member, tell),
      excess: (busy) => this.#surplus > 0 || (busy ? this.#hasPoorer(member) : this.#othersOf(member).length > 0),
      leave: () => {
        this.#wants.delete(member)
        this.#members.delete(member)
        this.#closing -= member.closing
        member.closing = 0
        while (member.open > 0) this.#give(member)
        this.#offer()
      },
    }
  }

  /** How many more are open or reserved than may be, without those that are being closed. */
  get #surplus(): number {
    return this.#open - this.#closing + this.#unused() - this.#max
  }
  /** Whether somebody waits for whom nothing is being closed yet, and one who would not have more than `member` after it gave one up. */
  #hasPoorer(member: Member): boolean {
    const others = this.#othersOf(member)
    return this.#closing < others.length && others.some((other) => other.open + 1 < member.open - member.closing)
  }
  /** Those that wait, without `member`. */
  #othersOf(member: Member): readonly Member[] {
    return [...this.#wants.keys()].filter((other) => other !== member)
  }
  #reserved(): number {
    let count = 0
    for (const { reserved } of this.#members) count += reserved
    return count
  }
  /** Places that are reserved and not taken. */
  #unused(): number {
    let count = 0
    for (const { reserved, open } of this.#members) count += Math.max(0, reserved - open)
    return count
  }
  #take(member: Member): boolean {
    if (member.open >= member.reserved && !(this.#hasRoom && this.#isNext(member))) return false
    member.open++
    this.#open++
    return true
  }
  get #hasRoom(): boolean {
    return this.#open + this.#unused() < this.#max
  }
  /** Whoever comes later waits behind those that wait. */
  #isNext(member: Member): boolean {
    return this.#offered === member || this.#wants.size === 0 || (this.#wants.size === 1 && this.#wants.has(member))
  }
  #give(member: Member): void {
    if (member.open === 0) return // it has left, and gave all back then
    member.open--
    this.#open--
    this.#offer(member)
  }
  #close(member: Member): () => void {
    member.closing++
    this.#closing++
    return () => {
      if (member.closing === 0) return // it has left
      member.closing--
      this.#closing--
      this.#give(member)
    }
  }
  #want(member: Member, tell: () => void): void {
    if (this.#wants.has(member)) return // one place for each who waits: it asks again when it was told and needs more
    this.#wants.set(member, tell)
    this.#closeIdle(1, member)
  }
  #closeIdle(count: number, except?: Member): void {
    let left = count
    for (const member of this.#members) {
      let closable = member === except ? 0 : member.open - member.closing - member.reserved
      while (left > 0 && closable-- > 0 && member.closeIdle()) left--
    }
  }
  /** Offers what is free to those that wait; to `last`, who has just given a place up, after all others. */
  #offer(last?: Member): void {
    const waiting = [...this.#wants.keys()].filter((member) => member !== last)
    if (last !== undefined && this.#wants.has(last)) waiting.push(last)
    for (const member of waiting) {
      if (!this.#hasRoom) return
      const tell = this.#wants.get(member)
      this.#wants.delete(member)
      this.#offered = member
      tell?.()
      this.#offered = undefined
    }
  }
}
