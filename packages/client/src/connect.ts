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
import type { Api } from "./Api.ts"
import type { Status } from "./Connection.ts"
import type { Entry, Message } from "./Entry.ts"
import { Groups } from "./Groups.ts"
import type { Change, Options } from "./Options.ts"
import type { People } from "./People.ts"
import { Preferences } from "./Preferences.ts"
import type { PresenceOf } from "./Presence.ts"
import type { Tick } from "./Reading.ts"
import { Session } from "./Session.ts"
import { Views } from "./Views.ts"
import { uuidv7Maker } from "./uuidv7.ts"
import { watchWorld } from "./watchWorld.ts"
import type { Conversation } from "./wire.ts"

export class Parley {
  /** The server's routes themselves, for what needs no state: devices, rosters, receipts of one message, threads. */
  readonly api: Api
  readonly groups: Groups
  readonly people: People
  readonly preferences: Preferences
  /** What a screen draws, as values that keep their identity while they do not change. */
  readonly views: Views
  readonly #session: Session
  readonly #newId: () => string
  readonly #unwatch: () => void
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(options: Options) {
    const session = new Session(options, (change) => {
      for (const listener of this.#listeners) listener(change)
    })
    this.#session = session
    this.api = session.api
    this.people = session.people
    this.preferences = new Preferences(session.api, () => session.tellPreferences())
    this.groups = new Groups(
      session.api,
      (conversation) => session.store.putConversation(conversation),
      (id) => session.tell(id),
    )
    this.views = new Views(this, session.platform.after)
    this.#newId = uuidv7Maker(session.platform.now, session.platform.randomBytes)
    this.#unwatch = watchWorld(session)
    session.connection.dial()
  }

  /** Empty until it is known, when neither `userId` nor a text was handed in as a token. */
  get userId(): string {
    return this.#session.userId
  }

  get status(): Status {
    return this.#session.connection.status
  }

  /** The server's limits by their names in the protocol; empty before the first connection. */
  get limits(): Readonly<Record<string, number>> {
    return this.#session.limits
  }

  /** The server's time, as far as it is known, in milliseconds since 1970: by that clock `at` of a message is told. */
  get now(): number {
    return this.#session.platform.now() + this.#session.aheadMs
  }

  /** Latest activity first, one's own unsent messages included. */
  get conversations(): ReadonlyArray<Conversation> {
    return [...this.#session.store.conversations()]
      .map((one) => this.groups.shown(one))
      .map((one) => ({ one, at: this.lastMessage(one.id)?.at ?? Date.parse(one.created_at) }))
      .sort((a, b) => b.at - a.at || (a.one.id < b.one.id ? -1 : 1))
      .map(({ one }) => one)
  }

  conversation(id: string): Conversation | undefined {
    const conversation = this.#session.store.get(id)?.conversation
    return conversation === undefined ? undefined : this.groups.shown(conversation)
  }

  lastMessage(id: string): Message | undefined {
    const unsent = this.#session.outbox.of(id).at(-1)
    if (unsent !== undefined) return this.#session.unsent(unsent)
    const last = this.#session.store.lastMessage(id)
    return last === undefined ? undefined : this.#session.changes.over(last)
  }

  /** What is held of a conversation, in order; what is not yet in the log comes last, as written. */
  entries(id: string): ReadonlyArray<Entry> {
    const log = this.#session.store.get(id)?.timeline.entries ?? []
    const held = this.#session.changes.has(id)
      ? log.map((one) => (one.kind === "message" ? this.#session.changes.over(one) : one))
      : log
    const unsent = this.#session.outbox.of(id)
    if (unsent.length === 0) return held
    const keys = new Set(held.map((entry) => entry.key))
    return [
      ...held,
      ...unsent.filter((one) => !keys.has(one.clientMsgId)).map((one) => this.#session.unsent(one)),
    ]
  }

  /** Whether there may be older messages than those in `entries`. */
  hasOlder(id: string): boolean {
    return this.#session.store.get(id)?.timeline.complete !== true
  }

  /** A message that is held, as it is shown. */
  message(id: string, messageId: string): Message | undefined {
    const message = this.#session.store.get(id)?.timeline.message(messageId)
    return message === undefined ? undefined : this.shown(message)
  }

  /** A message that one has read by `api`, with what the person has asked of it and the server has not yet taken. */
  shown<M extends Message>(message: M): M {
    return this.#session.changes.over(message)
  }

  /** Messages of others that the person has not read: the same number as everywhere. */
  unread(id: string): number {
    return this.#session.store.get(id)?.reading.unread ?? 0
  }

  /** The last `seq` that the person has read; -1 while nothing is known. */
  readSeq(id: string): number {
    return this.#session.store.get(id)?.reading.readSeq ?? -1
  }

  /** What has become of a message of one's own in the log. */
  tick(id: string, seq: number): Tick {
    return this.#session.store.get(id)?.reading.tick(seq) ?? "sent"
  }

  /** The furthest `seq` that somebody else has got, and read; -1: nothing is known. */
  reached(id: string): { readonly deliveredUpTo: number; readonly readUpTo: number } {
    return this.#session.store.get(id)?.reading.others ?? { deliveredUpTo: -1, readUpTo: -1 }
  }

  /** How many events came whose type this client does not know. */
  get unknownEvents(): number {
    return this.#session.store.unknown
  }

  /** One more page of older messages. Throws `ParleyError`. */
  async loadOlder(id: string): Promise<void> {
    await this.#session.store.loadOlder(id, (before) => this.api.messages(id, before))
  }

  /** What others have got and read so far; later receipts come by themselves. Throws `ParleyError`. */
  async loadReceipts(id: string): Promise<void> {
    const { items } = await this.api.receipts(id)
    for (const { delivered_up_to, read_up_to, user_id } of items) {
      if (user_id === this.userId) continue
      this.#session.store.get(id)?.reading.heard(false, delivered_up_to)
      this.#session.store.get(id)?.reading.heard(true, read_up_to)
    }
    this.#session.tell(id)
  }

  /** Conversations beyond the most recent: a page more. Throws `ParleyError`. */
  async loadConversations(): Promise<{ readonly more: boolean }> {
    const page = await this.#session.nextInboxPage()
    if (page === undefined) return { more: false }
    this.#session.store.putInbox(page.items)
    return { more: page.next_cursor !== undefined }
  }

  /** Asks the server about a conversation that is not held, such as one in a link. Throws `ParleyError`. */
  async loadConversation(id: string): Promise<void> {
    this.#session.store.putConversation(await this.api.conversation(id))
    this.#session.recount.soon()
  }

  /** Throws `ParleyError`. */
  async startDirect(userId: string): Promise<Conversation> {
    const conversation = await this.api.startDirect(userId)
    this.#session.store.putConversation(conversation)
    return conversation
  }

  /** Answers with the `client_msg_id` under which the message will be sent until it is acknowledged. */
  send(
    conversationId: string,
    text: string,
    to: { readonly replyTo?: string; readonly threadRoot?: string } = {},
  ): string {
    const clientMsgId = this.#newId()
    const writtenAt = this.#session.platform.now()
    this.#session.outbox.add({ clientMsgId, conversationId, text, ...to, writtenAt, state: "pending" })
    this.#session.passing.typing.sent(conversationId)
    this.#session.pump()
    return clientMsgId
  }

  /** These four are shown at once, and taken back when the server refuses: then the promise rejects with `ParleyError`. */
  edit(conversationId: string, messageId: string, text: string): Promise<void> {
    return this.#session.changes.ask(conversationId, messageId, { _tag: "Edit", text })
  }

  delete(conversationId: string, messageId: string): Promise<void> {
    return this.#session.changes.ask(conversationId, messageId, { _tag: "Delete" })
  }

  react(conversationId: string, messageId: string, emoji: string): Promise<void> {
    return this.#session.changes.ask(conversationId, messageId, { _tag: "React", emoji, on: true })
  }

  unreact(conversationId: string, messageId: string, emoji: string): Promise<void> {
    return this.#session.changes.ask(conversationId, messageId, { _tag: "React", emoji, on: false })
  }

  /** The person has seen everything up to `seq`; without it, everything that is held. */
  markRead(id: string, seq = this.#session.store.get(id)?.timeline.lastSeq): void {
    const held = this.#session.store.get(id)
    if (held === undefined || seq === undefined || seq <= held.reading.readSeq) return
    held.reading.readUpTo(seq)
    this.#session.receipts.read(id, seq)
    this.#session.tell(id)
  }

  /** Tries a failed message again. `key`: of the message in `entries`. */
  retry(key: string): void {
    this.#session.outbox.retry(key)
    this.#session.pump()
  }

  /** Forgets a failed message. */
  discard(key: string): void {
    this.#session.outbox.discard(key)
  }

  /**
   * Do not wait for the next attempt, and start over after `ended`. A page that is shown again and a network that is back do it
   * by themselves, but for `ended`.
   */
  wake(): void {
    this.#session.connection.dial()
  }

  /** Under which device the server keeps where pushes go: in a browser the installation, not the window; else `deviceId`. */
  get pushDevice(): string | undefined {
    return this.#session.pushDevice
  }

  /** Once what was written is where it survives a reload: for an app that is about to be closed. */
  kept(): Promise<void> {
    return this.#session.kept()
  }

  /** A key was pressed in the conversation's field: tells the others, seldom enough. */
  typed(conversationId: string): void {
    this.#session.passing.typing.pressed(conversationId)
  }

  /** The field was emptied or left. */
  stoppedTyping(conversationId: string): void {
    this.#session.passing.typing.stopped(conversationId)
  }

  /** The others who are typing there, first come first; the same array until that changes. */
  typingIn(conversationId: string): ReadonlyArray<string> {
    return this.#session.passing.typing.of(conversationId)
  }

  /** Until the answer is called, `presenceOf` knows of these people, and changes of it are told. */
  watchPresence(userIds: ReadonlyArray<string>): () => void {
    return this.#session.passing.presence.watch(userIds)
  }

  presenceOf(userId: string): PresenceOf {
    return this.#session.passing.presence.of(userId)
  }

  close(): void {
    this.#unwatch()
    this.#session.connection.close()
    this.#session.passing.presence.close()
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export const connect = (options: Options): Parley => new Parley(options)
