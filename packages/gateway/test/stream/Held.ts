/**
 * What a client makes of its frames: the words of each message, its own markers, how far others have read. Compared with the log, it
 * must come out the same whatever way the frames took.
 */
import { membersAt } from "./membershipOf.ts"
import type { Received } from "./TestWire.ts"
import type { World } from "./World.ts"

const END = Number.POSITIVE_INFINITY
const DELETED = "(deleted)"

interface Marker {
  readonly readSeq: number
  readonly unread: number
}

export class Held {
  readonly faults: Array<string> = []
  /** Conversation → message id → its words, or that it is deleted. */
  readonly #words = new Map<string, Map<string, string>>()
  readonly #markers = new Map<string, Marker>()
  /** `conversation user` → up to where. */
  readonly #readings = new Map<string, number>()
  readonly #world: World
  readonly #user: string

  constructor(world: World, user: string) {
    this.#world = world
    this.#user = user
  }

  take({ conversation_id: id = "", payload, seq, type }: Received): void {
    const words = this.#words.get(id) ?? new Map<string, string>()
    this.#words.set(id, words)
    const message = payload["message_id"] as string
    const said = payload["deleted"] === true ? DELETED : (payload["text"] as string)
    if (type === "message.new") words.set(message, said)
    else if (type === "message.edited" && words.has(message)) words.set(message, said)
    else if (type === "message.deleted" && words.has(message)) words.set(message, DELETED)
    else if (type === "inbox.updated") this.#mark(id, payload)
    else if (type === "receipt.read") this.#reading(id, payload)
    else if (type === "sync.gap" || type === "inbox.removed") words.clear()
    if (type === "inbox.removed") this.#leave(id)
    if (type === "event.hidden" && Object.keys(payload).length > 0)
      this.faults.push(`${id} ${seq}: hidden, and says something`)
  }

  #mark(id: string, payload: Received["payload"]): void {
    const marker = { readSeq: payload["read_seq"] as number, unread: payload["unread"] as number }
    const before = this.#markers.get(id)
    if (before !== undefined && marker.readSeq < before.readSeq)
      this.faults.push(`${id}: the marker went back from ${before.readSeq} to ${marker.readSeq}`)
    this.#markers.set(id, marker)
    const most = (payload["last_seq"] as number) - marker.readSeq
    if (marker.unread < 0 || marker.unread > most)
      this.faults.push(`${id}: ${marker.unread} unread of ${most} events`)
  }

  #reading(id: string, payload: Received["payload"]): void {
    const key = `${id} ${payload["user_id"]}`
    const upTo = payload["up_to_seq"] as number
    this.#readings.set(key, Math.max(upTo, this.#readings.get(key) ?? -1))
  }

  #leave(id: string): void {
    this.#markers.delete(id)
    for (const key of this.#readings.keys()) if (key.startsWith(id)) this.#readings.delete(key)
  }

  /** After quiet, everything stored, told and synced. */
  verify(): void {
    for (const [id, stream] of this.#world.streams) {
      const members = membersAt(stream, END)
      const joined = members.get(this.#user)
      if (joined === undefined) continue
      this.#verifyWords(id)
      const own = this.#world.receipts.cursors.get(this.#user)?.get(id)
      if (own !== undefined && own.seq > joined && this.#markers.get(id)?.readSeq !== own.seq)
        this.faults.push(`${id}: marker ${this.#markers.get(id)?.readSeq}, stored ${own.seq}`)
      for (const [other, since] of members) this.#verifyReading(id, other, Math.max(joined, since))
    }
  }

  #verifyWords(id: string): void {
    const stream = this.#world.streams.get(id)!
    const standing = new Map<string, string>()
    stream.forEach(({ event }, seq) => {
      if (event._tag === "MessageSent" || event._tag === "MessageEdited") {
        if (standing.get(event.message_id) !== DELETED) standing.set(event.message_id, `${id} ${seq}`)
      } else if (event._tag === "MessageDeleted") standing.set(event.message_id, DELETED)
    })
    for (const [message, said] of this.#words.get(id) ?? [])
      if (standing.get(message) !== said)
        this.faults.push(`${id} ${message}: holds "${said}", the log says "${standing.get(message)}"`)
  }

  /** Whoever has read a message of his, sent while both were in, has told him so. */
  #verifyReading(id: string, other: string, since: number): void {
    const cursor = this.#world.receipts.cursors.get(other)?.get(id)
    if (other === this.#user || cursor === undefined) return
    const stream = this.#world.streams.get(id)!
    const last = stream.findLastIndex(
      ({ event }, seq) =>
        event._tag === "MessageSent" && event.sender === this.#user && seq <= cursor.seq && seq > since,
    )
    const held = this.#readings.get(`${id} ${other}`) ?? -1
    if (held < last) this.faults.push(`${id}: ${other} has read ${last}, known up to ${held}`)
    if (held > cursor.seq) this.faults.push(`${id}: ${other} has read ${cursor.seq}, told ${held}`)
  }
}
