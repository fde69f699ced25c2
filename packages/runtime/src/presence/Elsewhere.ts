/**
 * What other gateways have said of people: read when asked, and kept of those who are watched here.
 *
 * Always true: while Redis does not answer, what is known of those who are watched stands until it runs out, and nothing of others.
 * Whose line runs out is looked at again within a quarter of a second, which is how a gateway that died is noticed.
 */
import type { Receive } from "../redis/Channels.ts"
import type { RedisLink } from "../redis/RedisLink.ts"
import { merge } from "./Devices.ts"
import { type Entries, entriesOf, nobody, readDevices } from "./presenceEntries.ts"

interface Watched {
  readonly changed: Set<() => void>
  readonly leave: () => void
  readonly standing: Promise<void>
  entries: Entries
}

export interface ElsewhereOptions {
  readonly link: Pick<RedisLink["Service"], "run" | "channels">
  readonly keyOf: (user: string) => string
  readonly userOf: (channel: string) => string
  readonly gateway: string
  readonly now: () => number
}

const TICK_MS = 250
/** Read at a time, when many are to be looked at. */
const AT_ONCE = 500

export class Elsewhere {
  readonly #watched = new Map<string, Watched>()
  readonly #suspects = new Map<string, "told" | "due">()
  /** Who is to be looked at in which tick. */
  readonly #due = new Map<number, Set<string>>()
  readonly #options: ElsewhereOptions
  #tick: number
  #looking = false

  constructor(options: ElsewhereOptions) {
    this.#options = options
    this.#tick = Math.floor(options.now() / TICK_MS)
  }

  /** As of now, or what is known. */
  async of(user: string): Promise<Entries> {
    const { keyOf, link } = this.#options
    const answer = await link.run(readDevices, [keyOf(user)], []).catch(() => undefined)
    return this.#learn(user, answer)
  }

  /** As of now. Rejects when nobody can tell. */
  async ofNow(user: string): Promise<Entries> {
    const { keyOf, link } = this.#options
    return this.#learn(user, await link.run(readDevices, [keyOf(user)], []))
  }

  /** Stands once its promise resolves; from then on what others say of the person is told. */
  watch(
    user: string,
    changed: () => void,
  ): { readonly standing: Promise<unknown>; readonly end: () => void } {
    let watched = this.#watched.get(user)
    if (watched === undefined) {
      const { end: leave, standing } = this.#options.link.channels.hold(
        this.#options.keyOf(user),
        this.#heard,
      )
      this.#watched.set(user, (watched = { changed: new Set(), entries: nobody, leave, standing }))
    }
    const [one, own] = [watched, (): void => changed()]
    one.changed.add(own)
    return {
      standing: one.standing.then(() => this.of(user)),
      end: () => {
        if (!one.changed.delete(own) || one.changed.size > 0) return
        one.leave()
        this.#watched.delete(user)
      },
    }
  }

  /** Looks again at everybody who is watched. */
  suspectAll(): void {
    for (const user of this.#watched.keys()) this.#suspects.set(user, "told")
    this.#look()
  }

  /** Call it about four times a second. */
  sweep(): void {
    const now = Math.floor(this.#options.now() / TICK_MS)
    // After a long pause the ticks between hold fewer people than there are ticks.
    const passed =
      now - this.#tick > this.#due.size
        ? [...this.#due.keys()].filter((tick) => tick <= now)
        : Array.from({ length: Math.max(0, now - this.#tick) }, (_, index) => this.#tick + 1 + index)
    this.#tick = Math.max(this.#tick, now)
    for (const tick of passed) {
      for (const user of this.#due.get(tick) ?? [])
        if (this.#watched.has(user) && !this.#suspects.has(user)) this.#suspects.set(user, "due")
      this.#due.delete(tick)
    }
    this.#look()
  }

  readonly #heard: Receive = (channel, payload) => {
    if (payload.toString() === this.#options.gateway) return true
    this.#suspects.set(this.#options.userOf(channel), "told")
    setImmediate(() => this.#look())
    return true
  }

  #look(): void {
    if (this.#looking || this.#suspects.size === 0) return
    this.#looking = true
    void this.#lookAtAll().finally(() => (this.#looking = false))
  }

  async #lookAtAll(): Promise<void> {
    while (this.#suspects.size > 0) {
      const some = [...this.#suspects].slice(0, AT_ONCE)
      for (const [user] of some) this.#suspects.delete(user)
      await Promise.all(
        some.map(async ([user, why]) => {
          const watched = this.#watched.get(user)
          if (watched === undefined) return
          const before = this.#statusOf(watched.entries, watched.entries.at)
          const entries = await this.of(user)
          if (why === "told" || this.#statusOf(entries, this.#options.now()) !== before)
            for (const changed of watched.changed) changed()
        }),
      )
    }
  }

  #statusOf({ devices }: Entries, at: number): string {
    return merge(
      devices
        .filter(({ gateway, until }) => gateway !== this.#options.gateway && until > at)
        .map(({ status }) => status),
    )
  }

  #learn(user: string, answer: unknown): Entries {
    const watched = this.#watched.get(user)
    if (answer === undefined) return watched?.entries ?? nobody
    const now = this.#options.now()
    const entries = entriesOf(answer, now)
    if (watched === undefined) return entries
    watched.entries = entries
    let first = Number.POSITIVE_INFINITY
    for (const { gateway, until } of entries.devices)
      if (gateway !== this.#options.gateway && until > now && until < first) first = until
    if (first < Number.POSITIVE_INFINITY) {
      const tick = Math.max(this.#tick, Math.floor(first / TICK_MS)) + 1
      const due = this.#due.get(tick)
      if (due === undefined) this.#due.set(tick, new Set([user]))
      else due.add(user)
    }
    return entries
  }
}
