/**
 * Unsent messages in the storage that the windows of one origin share, each belonging to one window.
 *
 * Always true: a window reads its own, and those of windows that are gone; what belongs to a window that is open is neither shown
 * nor sent by another. Taking over what a dead window left happens once (`whileFree`), where the platform has locks.
 * Not for: the order of sending.
 */
import type { KeyValues } from "./KeyValues.ts"
import type { Platform } from "./Platform.ts"
import type { Problem } from "./Problem.ts"
import { lockOf } from "./deviceId.ts"

export interface Outgoing {
  readonly clientMsgId: string
  readonly conversationId: string
  readonly text: string
  /** The message that this one answers. */
  readonly replyTo?: string
  readonly threadRoot?: string
  /** When it was written, in milliseconds since 1970. */
  readonly writtenAt: number
  readonly state: "pending" | "failed" | "sent"
  /** Why it failed; of a pending one, why it waits. */
  readonly problem?: Problem
  /** Of a pending one: the server asked for a wait until then. */
  readonly retryAt?: number
}

type Kept = Outgoing & { readonly owner?: string }

export class KeptMessages {
  readonly #storage: KeyValues
  readonly #prefix: string
  readonly #owner: string
  readonly #whileFree: Platform["whileFree"]
  #writing: Promise<unknown> = Promise.resolve()

  /** `userId` separates people who share the storage, `owner` (a device id) the windows of one person. */
  constructor(storage: KeyValues, userId: string, owner: string, whileFree: Platform["whileFree"]) {
    this.#storage = storage
    this.#prefix = `parley.outbox.${userId}.`
    this.#owner = owner
    this.#whileFree = whileFree
  }

  /** Once nothing is on its way to the storage. */
  async written(): Promise<void> {
    await this.#writing
  }

  /** The window's own, and those that belong to nobody. At once when the storage answers at once. */
  own(): ReadonlyArray<Outgoing> | Promise<ReadonlyArray<Outgoing>> {
    const mine = (entries: Iterable<readonly [string, string]>): ReadonlyArray<Outgoing> =>
      this.#read(entries).filter(({ owner = this.#owner }) => owner === this.#owner)
    try {
      const entries = this.#storage.entries()
      return entries instanceof Promise ? entries.then(mine, () => []) : mine(entries)
    } catch {
      return []
    }
  }

  /** What windows left that are gone; theirs no longer. */
  async adopt(): Promise<ReadonlyArray<Outgoing>> {
    const adopted: Array<Outgoing> = []
    const othersOf = async (): Promise<ReadonlyArray<Kept>> =>
      this.#read(await this.#storage.entries()).filter(
        ({ owner }) => owner !== undefined && owner !== this.#owner,
      )
    const owners = new Set((await othersOf()).map(({ owner }) => owner ?? ""))
    for (const owner of owners) {
      const take = async (): Promise<void> => {
        // Read again: another window may have taken them meanwhile.
        for (const message of await othersOf()) {
          if (message.owner !== owner) continue
          await this.#set(message)
          adopted.push(message)
        }
      }
      await (this.#whileFree === undefined ? take() : this.#whileFree(lockOf(owner), take))
    }
    return adopted
  }

  /** `makeRoom` is called when the storage takes no more, and tells whether it is worth another try. */
  put(message: Outgoing, makeRoom: () => boolean = () => false): void {
    const retry = (): unknown => (makeRoom() ? this.#set(message) : undefined)
    this.#write(() => this.#set(message), retry)
  }

  remove(message: Outgoing): void {
    this.#write(() => this.#storage.delete(this.#prefix + message.clientMsgId))
  }

  #set(message: Outgoing): unknown {
    const kept: Kept = { ...message, owner: this.#owner }
    return this.#storage.set(this.#prefix + message.clientMsgId, JSON.stringify(kept))
  }

  /** What cannot be written is kept in memory only. */
  #write(act: () => unknown, otherwise: () => unknown = () => undefined): void {
    const settle = (value: unknown, failed: () => unknown): void => {
      if (value instanceof Promise) this.#writing = Promise.allSettled([this.#writing, value.catch(failed)])
    }
    try {
      settle(act(), () => this.#write(otherwise))
    } catch {
      try {
        settle(otherwise(), () => undefined)
      } catch {
        return
      }
    }
  }

  #read(entries: Iterable<readonly [string, string]>): ReadonlyArray<Kept> {
    const kept: Array<Kept> = []
    for (const [key, value] of entries) {
      if (!key.startsWith(this.#prefix)) continue
      try {
        kept.push(JSON.parse(value) as Kept)
      } catch {
        // Not ours, or cut short by a crash: nothing that could be sent.
        continue
      }
    }
    return kept
  }
}
