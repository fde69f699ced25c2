/**
 * What this process listens to at Redis: each channel once, however many hold it.
 *
 *   held ──► asked for (with all others of this turn) ──confirmed──► standing ──nobody holds it──► given back
 *    ▲                                                                  │
 *    └───────────────── connected again ◄── connection lost ────────────┘     then, when all stand again: a loss is told
 *
 * Always true: whoever held a channel and was told that it stands gets everything published there from then on, or is told of a loss
 * afterwards. Nobody waits longer for it than a command may take: while Redis is away, holding returns at once, and the loss follows.
 */

/** False: it could not be read. */
export type Receive = (channel: string, payload: Buffer) => boolean

/** Redis's side, on whatever connection there is. */
export interface ChannelsWire {
  /** Resolves when they stand. Rejects in bounded time. */
  readonly subscribe: (channels: ReadonlyArray<string>) => Promise<unknown>
  readonly unsubscribe: (channels: ReadonlyArray<string>) => Promise<unknown>
  /** Nobody knows what stands: drop the connection. What follows is `disconnected`, and `connected` when there is another. */
  readonly reset: () => void
}

interface Channel {
  /** How often each receiver holds it; it is called once. */
  readonly receivers: Map<Receive, number>
  readonly waiting: Array<() => void>
  standing: boolean
}

/** In one command. */
const AT_ONCE = 500

export interface Held {
  readonly standing: Promise<void>
  /** Idempotent. */
  readonly end: () => void
}

const stands = Promise.resolve()

export class Channels {
  readonly #channels = new Map<string, Channel>()
  /** Asked for on the present connection, and not given back. */
  readonly #asked = new Set<string>()
  readonly #touched = new Set<string>()
  readonly #losses = new Set<() => void>()
  readonly #wire: ChannelsWire
  #connected = false
  #connection = 0
  #scheduled = false
  #lost = false
  #told = 0
  #malformed = 0

  constructor(wire: ChannelsWire) {
    this.#wire = wire
  }

  get size(): number {
    return this.#channels.size
  }

  /** How often a loss was told. */
  get losses(): number {
    return this.#told
  }

  /** What came and could not be read. */
  get malformed(): number {
    return this.#malformed
  }

  hold(name: string, receive: Receive): Held {
    let channel = this.#channels.get(name)
    if (channel === undefined) {
      this.#channels.set(name, (channel = { receivers: new Map(), waiting: [], standing: false }))
      this.#touch(name)
    }
    const { receivers, standing, waiting } = channel
    receivers.set(receive, (receivers.get(receive) ?? 0) + 1)
    let ended = false
    const end = (): void => {
      if (ended) return
      ended = true
      this.#release(name, receive)
    }
    if (standing) return { standing: stands, end }
    if (!this.#connected) {
      this.#lost = true
      return { standing: stands, end }
    }
    return { standing: new Promise((resolve) => waiting.push(resolve)), end }
  }

  /** Calls back when something may have been missed, and everything stands again. Returns its end. */
  onLoss(told: () => void): () => void {
    const own = (): void => told()
    this.#losses.add(own)
    return () => void this.#losses.delete(own)
  }

  /** Something was published. */
  take(name: string, payload: Buffer): void {
    const channel = this.#channels.get(name)
    if (channel === undefined) return
    for (const receive of channel.receivers.keys()) if (!receive(name, payload)) this.#malformed++
  }

  /** There is a connection on which nothing was asked for yet. */
  connected(): void {
    this.disconnected()
    this.#connected = true
    for (const name of this.#channels.keys()) this.#touched.add(name)
    this.#schedule()
  }

  disconnected(): void {
    this.#connection++
    this.#connected = false
    this.#asked.clear()
    this.#touched.clear()
    if (this.#channels.size > 0) this.#lost = true
    for (const channel of this.#channels.values()) {
      channel.standing = false
      for (const resolve of channel.waiting.splice(0)) resolve()
    }
  }

  #release(name: string, receive: Receive): void {
    const channel = this.#channels.get(name)
    const held = channel?.receivers.get(receive)
    if (channel === undefined || held === undefined) return
    if (held > 1) channel.receivers.set(receive, held - 1)
    else channel.receivers.delete(receive)
    if (channel.receivers.size > 0) return
    this.#channels.delete(name)
    for (const resolve of channel.waiting) resolve()
    this.#touch(name)
  }

  #touch(name: string): void {
    if (!this.#connected) return
    this.#touched.add(name)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => void this.#settle())
  }

  /** Until nothing is left to ask for; what is touched meanwhile goes along. */
  async #settle(): Promise<void> {
    const connection = this.#connection
    try {
      while (this.#touched.size > 0 && connection === this.#connection) await this.#askForSome()
    } catch {
      // What stands now is unknown. Another connection knows that nothing does.
      if (connection === this.#connection) {
        this.disconnected()
        this.#wire.reset()
      }
    }
    this.#scheduled = false
    if (!this.#connected) return
    if (this.#touched.size > 0) this.#schedule()
    else this.#tellLoss()
  }

  async #askForSome(): Promise<void> {
    const [more, less]: [Array<string>, Array<string>] = [[], []]
    for (const name of this.#touched) {
      this.#touched.delete(name)
      const held = this.#channels.has(name)
      if (held && this.#asked.has(name)) this.#stands(name)
      else if (held) more.push(name)
      else if (this.#asked.delete(name)) less.push(name)
      if (more.length + less.length >= AT_ONCE) break
    }
    for (const name of more) this.#asked.add(name)
    const connection = this.#connection
    await Promise.all([
      less.length === 0 ? undefined : this.#wire.unsubscribe(less),
      more.length === 0 ? undefined : this.#wire.subscribe(more),
    ])
    if (connection !== this.#connection) return
    for (const name of more) this.#stands(name)
  }

  #stands(name: string): void {
    const channel = this.#channels.get(name)
    if (channel === undefined) return
    channel.standing = true
    for (const resolve of channel.waiting.splice(0)) resolve()
  }

  #tellLoss(): void {
    if (!this.#lost) return
    this.#lost = false
    this.#told++
    for (const told of this.#losses) told()
  }
}
