/**
 * A client that believes nothing: it checks every frame of its connections against the protocol and against the log, and keeps what
 * a client keeps (cursor, last `seq` of each conversation) for its next connection.
 */
import { receive } from "../../src/stream/receive.ts"
import type { Session } from "../../src/stream/Session.ts"
import type { FramedEvent } from "../../src/stream/FramedEvent.ts"
import { Held } from "./Held.ts"
import { membersAt } from "./membershipOf.ts"
import { presentFrames } from "./TestLog.ts"
import { type Received, type TestWire, payloadOf } from "./TestWire.ts"
import type { World } from "./World.ts"

export class TestClient {
  readonly user: string
  readonly problems: Array<string> = []
  readonly held: Held
  /** What it holds: the last `seq` of each conversation that it is in. */
  readonly known = new Map<string, number>()
  /** Every frame with a `seq` that ever came, by conversation. */
  readonly seen = new Map<string, Set<number>>()
  cursor: string | undefined
  session: Session | undefined
  wire: TestWire | undefined
  /** Its sync was refused: it may be asked for again. */
  refused = false
  readonly #world: World
  readonly #device: string
  #read = 0
  /** Of this connection: the next `seq` expected, after a `sync.gap` or the frame before. */
  #next = new Map<string, number>()
  #over = new Set<string>()
  #synced = false
  /** This connection asked without a cursor. */
  #first = false
  readonly #names: boolean

  /** @param names whether its syncs name what it holds. */
  constructor(world: World, user: string, device: string, names = true) {
    this.#world = world
    this.user = user
    this.#device = device
    this.#names = names
    this.held = new Held(world, user)
  }

  connect(): void {
    const { session, wire } = this.#world.connect(this.user, this.#device)
    this.session = session
    this.wire = wire
    this.#read = 0
    this.#next = new Map()
    this.#over = new Set()
    this.#synced = false
    this.#first = this.cursor === undefined
    this.sync()
  }

  /** On the connection that there is. */
  sync(): void {
    this.refused = false
    const payload = {
      ...(this.cursor === undefined ? {} : { cursor: this.cursor }),
      ...(this.#names ? { known: Object.fromEntries(this.known) } : {}),
    }
    receive(this.session!, Buffer.from(JSON.stringify({ id: "sync", type: "sync", payload })), false)
  }

  get synced(): boolean {
    return this.online && this.#synced
  }

  disconnect(): void {
    this.read()
    this.session?.gone("closed")
    this.session = undefined
  }

  /** Says that it has got, or read, up to there. */
  receipt(kind: "read" | "delivered", conversation_id: string, up_to_seq: number): void {
    const frame = { id: "receipt", type: `receipt.${kind}`, conversation_id, payload: { up_to_seq } }
    if (this.online) receive(this.session!, Buffer.from(JSON.stringify(frame)), false)
  }

  get online(): boolean {
    return this.session !== undefined && !this.session.closed
  }

  /** Looks at what has come. */
  read(): void {
    const { wire } = this
    if (wire === undefined) return
    for (; this.#read < wire.frames.length; this.#read++)
      this.#take(wire.frames[this.#read]!, wire.texts[this.#read]!)
  }

  #take(frame: Received, text: string): void {
    this.held.take(frame)
    const { conversation_id: conversation = "", payload, seq, type } = frame
    if (seq !== undefined) return this.#event(conversation, seq, text)
    if (type === "ack" && frame.reply_to !== "sync") return
    if (type === "sync.gap") {
      const to = payload["to_seq"] as number
      if ((this.#next.get(conversation) ?? 0) > to + 1)
        this.#fault(`${conversation}: a gap goes back to ${to}`)
      this.#next.set(conversation, to + 1)
      this.known.set(conversation, Math.max(to, this.known.get(conversation) ?? -1))
    } else if (type === "inbox.removed") {
      this.#over.add(conversation)
      this.#next.delete(conversation)
      this.known.delete(conversation)
    } else if (type === "ack") {
      this.#synced = true
      this.cursor = payload["cursor"] as string
      this.#covers(this.cursor)
    } else if (type === "cursor") {
      if (!this.#synced) this.#fault("a cursor before the ack of sync")
      this.cursor = payload["cursor"] as string
      this.#covers(this.cursor)
    } else if (type === "error") {
      const left = payload["code"] === "not_found" && frame.reply_to === "receipt"
      if (frame.reply_to === "sync") this.refused = true
      if (payload["code"] !== "unavailable" && !left) this.#fault(`error ${String(payload["code"])}`)
    }
  }

  #event(conversation: string, seq: number, text: string): void {
    const model = this.#world.streams.get(conversation)?.[seq]
    if (model === undefined) return this.#fault(`${conversation} ${seq}: not in the log`)
    const { framed } = model
    this.#shows(conversation, seq, text)
    const expected = this.#next.get(conversation)
    const held = this.known.get(conversation)
    const joins = framed.added?.includes(this.user) === true
    if (this.#over.has(conversation) && !joins) this.#fault(`${conversation} ${seq}: after the removal`)
    this.#over.delete(conversation)
    if (expected === undefined ? held !== undefined && seq > held + 1 && !joins : seq !== expected)
      this.#fault(`${conversation} ${seq}: expected ${expected ?? `at most ${held! + 1}`}`)
    const before = membersAt(this.#world.streams.get(conversation)!.slice(0, seq), Number.POSITIVE_INFINITY)
    if (!joins && !before.has(this.user)) this.#fault(`${conversation} ${seq}: he is no member`)
    this.#next.set(conversation, seq + 1)
    this.known.set(conversation, Math.max(seq, held ?? -1))
    const seen = this.seen.get(conversation) ?? new Set()
    this.seen.set(conversation, seen.add(seq))
  }

  /** The log's own frame, hidden where it must be; or, of words that were changed since, one that shows a later state of them. */
  #shows(conversation: string, seq: number, text: string): void {
    const stream = this.#world.streams.get(conversation)!
    const { event, framed } = stream[seq]!
    const joined = membersAt(stream.slice(0, seq), Number.POSITIVE_INFINITY).get(this.user) ?? seq
    const first = stream[0]!.event
    const hides = first._tag === "ConversationCreated" && first.history === "from_join"
    const bytesOf = (one: FramedEvent): Buffer =>
      hides && one.about !== undefined && one.about < joined
        ? one.hiddenBytes!
        : one.sender === this.user
          ? one.senderBytes!
          : one.bytes
    if (text === payloadOf(bytesOf(framed))) return
    const spoken = event._tag === "MessageSent" || event._tag === "MessageEdited"
    const later = spoken
      ? stream.some(
          (_, end) =>
            text === payloadOf(bytesOf(presentFrames(conversation, stream.slice(0, end + 1))[seq] ?? framed)),
        )
      : false
    if (!later) this.#fault(`${conversation} ${seq}: not the log's frame`)
  }

  /** A cursor says that everything up to its place was handed over: it must be so. */
  #covers(text: string): void {
    const position = this.#world.context.cursors.open(this.user, text)?.position
    if (position === undefined) return this.#fault("a cursor that does not open")
    for (const [conversation, stream] of this.#world.streams) {
      const members = membersAt(stream, position)
      const last = stream.findLastIndex((model) => model.position <= position)
      if (!members.has(this.user) || this.#over.has(conversation)) continue
      // Removed since: a sync without a cursor says nothing of it.
      if (
        this.#first &&
        stream.slice(last).some(({ framed }) => framed.removed?.includes(this.user) === true)
      )
        continue
      const held = this.known.get(conversation)
      if ((held ?? -1) < last) this.#fault(`${conversation}: the cursor covers ${last}, held ${held}`)
    }
  }

  #fault(problem: string): void {
    this.problems.push(`${this.user}/${this.#device} ${problem}`)
  }

  /** At the end, after quiet: the head of each conversation that he is in, and nothing of the others. */
  verify(): void {
    this.read()
    this.held.verify()
    for (const fault of this.held.faults) this.#fault(fault)
    for (const [conversation, stream] of this.#world.streams) {
      const member = membersAt(stream, Number.POSITIVE_INFINITY).has(this.user)
      const held = this.known.get(conversation)
      if (member && held !== stream.length - 1)
        this.#fault(`${conversation}: holds ${held}, the head is ${stream.length - 1}`)
      if (!member && held !== undefined) this.#fault(`${conversation}: still held`)
    }
  }
}
