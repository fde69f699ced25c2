/**
 * Cursors that clients moved and that are not stored yet, by user: how far he has read, how far each device has got.
 *
 *   move ──► waiting ──take──► on its way to the log ──(it failed)──► putBack
 *
 * Always true: a cursor only rises, so what is merged, repeated or put back late changes nothing. Bounded: a user waits with at most
 * `MOST_PER_USER` cursors, the whole with at most `MOST_USERS` users; what does not fit is refused, and the client is told so.
 */
import type { CursorMoves } from "@parley/runtime/Users"

export const MOST_PER_USER = 2_000
export const MOST_USERS = 50_000

/** Conversation → `seq`. */
type Places = Map<string, number>

export interface Cursor {
  readonly user: string
  readonly conversation: string
  /** What moves: the reading, or what this device has got. */
  readonly kind: "read" | "delivered"
  /** The connection's, whichever kind. */
  readonly device: string
  readonly seq: number
}

export class UserCursors {
  readonly read: Places = new Map()
  readonly delivered = new Map<string, Places>()
  /** Conversation → the device on which it was read furthest: it need not be told. */
  readonly readOn = new Map<string, string>()
  size = 0

  /** False: full. */
  move({ conversation, device, kind, seq }: Omit<Cursor, "user">): boolean {
    const places = kind === "read" ? this.read : (this.delivered.get(device) ?? new Map<string, number>())
    const before = places.get(conversation)
    if (before === undefined && this.size >= MOST_PER_USER) return false
    if (seq <= (before ?? -1)) return true
    if (before === undefined) this.size++
    places.set(conversation, seq)
    if (kind === "delivered") this.delivered.set(device, places)
    else this.readOn.set(conversation, device)
    return true
  }

  conversations(): ReadonlySet<string> {
    return new Set([this.read, ...this.delivered.values()].flatMap((places) => [...places.keys()]))
  }

  /** As the command wants them, of the conversations that `keep` names. */
  moves(keep: (conversation: string, kind: Cursor["kind"]) => boolean): CursorMoves {
    const kept = (places: Places, kind: Cursor["kind"]) =>
      Object.fromEntries([...places].filter(([conversation]) => keep(conversation, kind)))
    return {
      read: kept(this.read, "read"),
      delivered: [...this.delivered].flatMap(([device_id, places]) => {
        const cursors = kept(places, "delivered")
        return Object.keys(cursors).length === 0 ? [] : [{ device_id, cursors }]
      }),
    }
  }
}

export class PendingCursors {
  readonly #users = new Map<string, UserCursors>()

  /** Users that wait. */
  get size(): number {
    return this.#users.size
  }

  /** False: full. */
  move({ user, ...cursor }: Cursor): boolean {
    let cursors = this.#users.get(user)
    if (cursors === undefined) {
      if (this.#users.size >= MOST_USERS) return false
      cursors = new UserCursors()
      this.#users.set(user, cursors)
    }
    return cursors.move(cursor)
  }

  /** Who waits now. */
  users(): ReadonlyArray<string> {
    return [...this.#users.keys()]
  }

  /** From here on they are the caller's. */
  take(user: string): UserCursors | undefined {
    const cursors = this.#users.get(user)
    this.#users.delete(user)
    return cursors
  }

  /** They could not be stored: they wait again, beside what came meanwhile. What does not fit any more is lost, the newest stays. */
  putBack(user: string, cursors: UserCursors): void {
    for (const [conversation, seq] of cursors.read)
      this.move({
        user,
        conversation,
        kind: "read",
        device: cursors.readOn.get(conversation) ?? "",
        seq,
      })
    for (const [device, places] of cursors.delivered)
      for (const [conversation, seq] of places)
        this.move({ user, conversation, kind: "delivered", device, seq })
  }
}
