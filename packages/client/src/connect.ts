/**
 * A person's place in a Parley server: signed in, connected, caught up, with what he wrote on its way.
 *
 * Always true: what `send` took is not lost by a broken connection, a killed server or a reload (as far as `storage` keeps), and
 * is in the log once however often it is sent; what the server says is in `conversations` and `entries` in its order, once.
 *
 *     const parley = connect({ url: location.origin, token, userId: "ada", deviceId })
 *     parley.subscribe((change) => draw(change))
 *     parley.send(conversationId, "hello")
 */
import { Api, type TokenSource } from "./Api.ts"
import { type Answer, Connection, type Status } from "./Connection.ts"
import { type KeyValues, Outbox, type Outgoing } from "./Outbox.ts"
import { type Platform, platform as realPlatform } from "./Platform.ts"
import { Store } from "./Store.ts"
import type { Entry, Message } from "./Timeline.ts"
import { uuidv7Maker } from "./uuidv7.ts"
import type { Conversation, Frame, SendAck } from "./wire.ts"

export interface Options {
  /** The server's origin, without a slash at the end. */
  readonly url: string
  readonly token: TokenSource
  /** Whom the token is for. */
  readonly userId: string
  /** One per installation and window: a second connection of the same device replaces the first. */
  readonly deviceId: string
  /** Where unsent messages survive; in memory without it. */
  readonly storage?: KeyValues
  readonly platform?: Platform
}

/** What may look different now. Told after the change, at once, and more often than anybody wants to draw. */
export type Change =
  | { readonly _tag: "Status"; readonly status: Status }
  | { readonly _tag: "Conversation"; readonly id: string }
  | { readonly _tag: "Everything" }

export class Parley {
  readonly userId: string
  readonly #api: Api
  readonly #platform: Platform
  readonly #connection: Connection
  readonly #store: Store
  readonly #outbox: Outbox
  readonly #newId: () => string
  readonly #listeners = new Set<(change: Change) => void>()
  #inbox: { readonly next: string | undefined } | undefined
  #limits: Readonly<Record<string, number>> = {}

  constructor(options: Options) {
    const platform = options.platform ?? realPlatform
    this.userId = options.userId
    this.#platform = platform
    this.#newId = uuidv7Maker(platform.now, platform.randomBytes)
    this.#api = new Api(options.url, options.token, platform)
    this.#store = new Store((id) => this.#tell(id))
    this.#outbox = new Outbox(
      options.storage ?? inMemory(),
      `parley.outbox.${options.userId}.`,
      platform.now,
      {
        changed: (id) => this.#tell(id),
        acknowledged: (message, ack) => this.#acknowledged(message, ack),
        pumpAfter: (ms) => void platform.after(ms, () => this.#pump()),
      },
    )
    this.#connection = new Connection(this.#api, options.deviceId, platform, {
      status: (status) => this.#emit({ _tag: "Status", status }),
      hello: (hello) => {
        this.#limits = hello.limits
        this.#catchUp()
        this.#pump()
      },
      frame: (frame) => this.#receive(frame),
    })
    this.#connection.dial()
  }

  get status(): Status {
    return this.#connection.status
  }

  /** The server's limits by their names in the protocol; empty before the first connection. */
  get limits(): Readonly<Record<string, number>> {
    return this.#limits
  }

  /** Latest activity first, one's own unsent messages included. */
  get conversations(): ReadonlyArray<Conversation> {
    return [...this.#store.conversations()]
      .map((one) => ({ one, at: this.lastMessage(one.id)?.at ?? Date.parse(one.created_at) }))
      .sort((a, b) => b.at - a.at || (a.one.id < b.one.id ? -1 : 1))
      .map(({ one }) => one)
  }

  conversation(id: string): Conversation | undefined {
    return this.#store.conversation(id)
  }

  lastMessage(id: string): Message | undefined {
    const unsent = this.#outbox.of(id).at(-1)
    return unsent === undefined ? this.#store.lastMessage(id) : this.#asMessage(unsent)
  }

  /** What is held of a conversation, in order; what is not yet in the log comes last, as written. */
  entries(id: string): ReadonlyArray<Entry> {
    const held = this.#store.timeline(id)?.entries ?? []
    const unsent = this.#outbox.of(id)
    if (unsent.length === 0) return held
    const keys = new Set(held.map((entry) => entry.key))
    return [...held, ...unsent.filter((one) => !keys.has(one.clientMsgId)).map((one) => this.#asMessage(one))]
  }

  /** Whether there may be older messages than those in `entries`. */
  hasOlder(id: string): boolean {
    return this.#store.timeline(id)?.complete !== true
  }

  /** One more page of older messages. Throws `ParleyError`. */
  async loadOlder(id: string): Promise<void> {
    this.#store.putPage(id, await this.#api.messages(id, this.#store.timeline(id)?.oldest))
  }

  /** Conversations beyond the most recent: a page more. Throws `ParleyError`. */
  async loadConversations(): Promise<{ readonly more: boolean }> {
    if (this.#inbox !== undefined && this.#inbox.next === undefined) return { more: false }
    const page = await this.#api.inbox(this.#inbox?.next)
    this.#inbox = { next: page.next_cursor }
    this.#store.putInbox(page.items)
    return { more: page.next_cursor !== undefined }
  }

  /** Asks the server about a conversation that is not held, such as one in a link. Throws `ParleyError`. */
  async loadConversation(id: string): Promise<void> {
    this.#store.putConversation(await this.#api.conversation(id))
  }

  /** Throws `ParleyError`. */
  async startDirect(userId: string): Promise<Conversation> {
    const conversation = await this.#api.startDirect(userId)
    this.#store.putConversation(conversation)
    return conversation
  }

  /** `key`: the same for every attempt at the same group. Throws `ParleyError`. */
  async createGroup(name: string, memberIds: ReadonlyArray<string>, key: string): Promise<Conversation> {
    const conversation = await this.#api.createGroup(name, memberIds, key)
    this.#store.putConversation(conversation)
    return conversation
  }

  /** Answers with the `client_msg_id` under which the message will be sent until it is acknowledged. */
  send(conversationId: string, text: string): string {
    const clientMsgId = this.#newId()
    this.#outbox.add({ clientMsgId, conversationId, text, writtenAt: this.#platform.now(), state: "pending" })
    this.#pump()
    return clientMsgId
  }

  /** Tries a failed message again. `key`: of the message in `entries`. */
  retry(key: string): void {
    this.#outbox.retry(key)
    this.#pump()
  }

  /** Forgets a failed message. */
  discard(key: string): void {
    this.#outbox.discard(key)
  }

  /** The network may be back, or the person is: do not wait for the next attempt. Also starts over after `ended`. */
  wake(): void {
    this.#connection.dial()
  }

  close(): void {
    this.#connection.close()
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #receive(frame: Frame): void {
    if (this.#store.apply(frame) === "Broken") return this.#connection.fail()
    if (frame.type === "message.new" && frame.client_msg_id !== undefined)
      this.#outbox.arrived(frame.client_msg_id)
  }

  #catchUp(): void {
    const { cursor } = this.#store
    const payload = cursor === undefined ? {} : { cursor, known: this.#store.known() }
    this.#connection.request({ type: "sync", payload }, (answer) => this.#caughtUp(answer))
  }

  #caughtUp(answer: Answer): void {
    if (answer._tag === "Ack") {
      this.#store.cursor = (answer.payload as { cursor: string }).cursor
      this.#connection.caughtUp()
    } else if (answer._tag === "Refused" && !answer.problem.retryable && this.#store.cursor !== undefined) {
      this.#store.reset()
      this.#inbox = undefined
      this.#outbox.resendRecent()
      this.#catchUp()
      this.#pump()
    } else if (answer._tag === "Refused") this.#connection.fail()
  }

  #pump(): void {
    const { phase } = this.status
    if (phase === "live" || phase === "catching_up")
      this.#outbox.pump((frame, settle) => this.#connection.request(frame, settle))
  }

  #acknowledged(message: Outgoing, ack: SendAck): void {
    const sent = { ...this.#asMessage(message), state: "sent" as const }
    const place = { seq: ack.seq, messageId: ack.message_id, at: Date.parse(ack.ts) }
    this.#store.confirm(message.conversationId, { ...sent, ...place })
  }

  #asMessage(message: Outgoing): Message {
    return {
      kind: "message",
      key: message.clientMsgId,
      senderId: this.userId,
      text: message.text,
      at: message.writtenAt,
      state: message.state,
      ...(message.problem === undefined ? {} : { problem: message.problem }),
      edited: false,
      deleted: false,
    }
  }

  #tell(id: string | undefined): void {
    this.#emit(id === undefined ? { _tag: "Everything" } : { _tag: "Conversation", id })
  }

  #emit(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }
}

export const connect = (options: Options): Parley => new Parley(options)

const inMemory = (): KeyValues => {
  const values = new Map<string, string>()
  return {
    entries: () => [...values],
    set: (key, value) => void values.set(key, value),
    delete: (key) => void values.delete(key),
  }
}
