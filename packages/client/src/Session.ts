/**
 * The moving parts of one signed-in client, and the way of a frame through them.
 *
 * Always true: everything that the server says goes into the store first; what is waiting to be sent hears of it afterwards.
 * Not for: applications, which hold a `Parley` (`connect.ts`).
 */
import { AccessToken, subjectOf } from "./AccessToken.ts"
import { Api } from "./Api.ts"
import { Changes } from "./Changes.ts"
import { type Answer, Connection } from "./Connection.ts"
import type { Message } from "./Entry.ts"
import { KeptMessages, type Outgoing } from "./KeptMessages.ts"
import { type KeyValues, inMemory } from "./KeyValues.ts"
import type { Change, Options } from "./Options.ts"
import { Outbox } from "./Outbox.ts"
import { People } from "./People.ts"
import { type Platform, platform as realPlatform } from "./Platform.ts"
import { Passing } from "./Passing.ts"
import { ParleyError, type Problem } from "./Problem.ts"
import { Receipts } from "./Receipts.ts"
import { Recount } from "./Recount.ts"
import { Store } from "./Store.ts"
import { asMessage } from "./asMessage.ts"
import { lockOf, ownDeviceId, ownPushDevice } from "./deviceId.ts"
import { indexedDbValues } from "./indexedDbValues.ts"
import type { Frame, InboxItem, Page, SendAck } from "./wire.ts"

export class Session {
  readonly platform: Platform
  readonly api: Api
  readonly connection: Connection
  readonly store: Store
  readonly outbox: Outbox
  readonly changes: Changes
  readonly receipts: Receipts
  readonly people: People
  readonly passing: Passing
  limits: Readonly<Record<string, number>> = {}
  /** How much the server's clock is ahead of this one's, in milliseconds; some seconds do not count. */
  aheadMs = 0
  /** Whose; empty until it is known. */
  userId = ""
  readonly #options: Options
  readonly #emit: (change: Change) => void
  readonly recount: Recount
  #deviceId: string | undefined
  #kept: KeptMessages | undefined
  #inbox: { readonly next: string | undefined } | undefined

  constructor(options: Options, emit: (change: Change) => void) {
    const platform = options.platform ?? realPlatform
    this.platform = platform
    this.#options = options
    this.#emit = emit
    const token = new AccessToken(options.token, (userId) => this.#learnt(userId))
    this.api = new Api(options.url, token, platform)
    this.store = new Store(
      () => this.userId,
      (id) => this.tell(id),
    )
    this.recount = new Recount(this.api, this.store, platform)
    this.people = new People(this.api, (userIds) => emit({ _tag: "People", userIds }))
    this.outbox = new Outbox(platform.now, {
      changed: (id, key) => this.tell(id, key),
      acknowledged: (message, ack) => this.#acknowledged(message, ack),
      pumpAfter: (ms) => void platform.after(ms, () => this.pump()),
    })
    this.changes = new Changes({
      changed: (id, messageId) => this.tell(id, this.store.get(id)?.timeline.message(messageId)?.key),
      reached: (id, messageId, seq) => this.store.reached(id, messageId, seq),
      after: (ms, run) => void platform.after(ms, run),
      open: () => this.#isOpen(),
      request: (frame, settle) => this.connection.request(frame, settle),
    })
    this.receipts = new Receipts(
      (frame, settle) => this.connection.request(frame, settle),
      (ms, run) => platform.after(ms, run),
    )
    const { after, now } = platform
    const tell = (frame: Omit<Frame, "id">): void => this.connection.tell(frame)
    this.passing = new Passing(
      () => this.userId,
      {
        tell,
        live: () => this.connection.status.phase === "live",
        intervalMs: () => this.limits["typing_interval_ms"] ?? 3_000,
        now,
        after,
        changed: (id) => emit({ _tag: "Typing", id }),
      },
      {
        tell,
        request: (frame, settle) => this.connection.request(frame, settle),
        after,
        changed: (userIds) => emit({ _tag: "Presence", userIds }),
      },
    )
    const device = options.deviceId ?? ownDeviceId(platform)
    this.connection = new Connection(
      { api: this.api, token, device, platform },
      {
        status: (status) => {
          if (status.phase !== "live") this.#pause()
          if (status.ended !== undefined) this.passing.presence.close()
          emit({ _tag: "Status", status })
        },
        hello: (hello) => {
          if (this.userId !== "" && hello.user_id !== this.userId) return this.connection.end(somebodyElse)
          this.#learnt(hello.user_id)
          this.limits = hello.limits
          const aheadMs = Date.parse(hello.server_time) - platform.now()
          this.aheadMs = Math.abs(aheadMs) < clockMs ? 0 : aheadMs
          this.#catchUp()
          this.pump()
        },
        frame: (frame) => this.#receive(frame),
      },
    )
    const { token: given, userId = typeof given === "string" ? subjectOf(given) : undefined } = options
    if (typeof device === "string") this.#deviceId = device
    else void device.then((id) => this.#onDevice(id))
    if (userId !== undefined) this.#learnt(userId)
  }

  get pushDevice(): string | undefined {
    return ownPushDevice(this.platform) ?? this.#options.deviceId
  }

  /** Nothing is on its way to the storage. */
  async kept(): Promise<void> {
    await this.#kept?.written()
  }

  /** Unsent messages of windows that are gone become this one's. */
  async adopt(): Promise<void> {
    try {
      this.outbox.take((await this.#kept?.adopt()) ?? [])
    } catch {
      // A storage that cannot be read keeps nothing of anybody.
      return
    }
    this.pump()
  }

  /** `key`: of an entry that is shown otherwise, though the log has not changed. */
  tell(id: string | undefined, key?: string): void {
    if (id === undefined) return this.#emit({ _tag: "Everything" })
    const touched = this.store.get(id)?.timeline.takeTouched() ?? []
    const keys = key === undefined || touched.includes(key) ? touched : [...touched, key]
    this.#emit({ _tag: "Conversation", id, keys })
  }

  tellPreferences(): void {
    this.#emit({ _tag: "Preferences" })
  }

  unsent(message: Outgoing): Message {
    return asMessage(message, this.userId, this.aheadMs)
  }

  /** The next page of the inbox; `undefined` after the last. */
  async nextInboxPage(): Promise<Page<InboxItem> | undefined> {
    if (this.#inbox !== undefined && this.#inbox.next === undefined) return undefined
    const page = await this.api.inbox(this.#inbox?.next)
    this.#inbox = { next: page.next_cursor }
    return page
  }

  /** Somebody looks again, or the network is back: what waited is tried at once. */
  comeBack(): void {
    const { ended, phase, retryAt } = this.connection.status
    if (phase === "offline" && ended === undefined && retryAt !== undefined) this.connection.dial()
    else this.connection.probe()
    void this.adopt()
  }

  pump(): void {
    if (!this.#isOpen()) return
    this.outbox.pump((frame, settle) => this.connection.request(frame, settle))
    this.changes.pump()
  }

  /** The first to say so is believed; the server's greeting is compared with it. */
  #learnt(userId: string): void {
    if (this.userId !== "") return
    this.userId = userId
    if (this.#deviceId !== undefined) this.#openOutbox(userId, this.#deviceId)
    this.#emit({ _tag: "Everything" })
  }

  #onDevice(id: string): void {
    this.#deviceId = id
    if (this.userId !== "") this.#openOutbox(this.userId, id)
  }

  #openOutbox(userId: string, deviceId: string): void {
    const { platform } = this
    const kept = new KeptMessages(this.#options.storage ?? ownStorage(), userId, deviceId, platform.whileFree)
    this.#kept = kept
    const open = (messages: ReadonlyArray<Outgoing>): void => {
      this.outbox.open(kept, messages)
      this.pump()
      void this.adopt()
    }
    if (this.#options.deviceId !== undefined) void platform.hold?.(lockOf(deviceId))
    const own = kept.own()
    if (own instanceof Promise) void own.then(open)
    else open(own)
  }

  #pause(): void {
    this.receipts.pause()
    this.passing.pause()
  }

  #receive(frame: Frame): void {
    if (this.passing.take(frame)) return
    if (this.store.apply(frame) === "Broken") return this.connection.fail()
    const { client_msg_id, conversation_id: id, seq, type } = frame
    if (id === undefined || seq === undefined) return
    if (this.connection.status.phase === "live" && this.store.get(id)?.reading.unsure === true)
      this.recount.soon()
    this.changes.arrived(id)
    this.passing.event(id, frame)
    if (type === "message.new" && client_msg_id !== undefined) this.outbox.arrived(client_msg_id)
    else if (type === "message.new") this.#got(id, seq)
    else if (type === "conversation.updated") this.#updated(id)
  }

  /** Above `receipts_members` the server keeps no account of deliveries. */
  #got(id: string, seq: number): void {
    const members = this.store.get(id)?.conversation?.member_count ?? 0
    if (members <= (this.limits["receipts_members"] ?? Infinity)) this.receipts.delivered(id, seq)
  }

  /** A block closes or opens a direct conversation, and events do not tell the reader's own side of it. */
  #updated(id: string): void {
    if (this.store.get(id)?.conversation?.kind !== "direct") return
    this.api
      .conversation(id)
      .then((conversation) => this.store.putConversation(conversation))
      .catch((error: unknown) => {
        if (!(error instanceof ParleyError)) throw error
      })
  }

  #catchUp(): void {
    const { cursor } = this.store
    const payload = cursor === undefined ? {} : { cursor, known: this.store.known() }
    this.connection.request({ type: "sync", payload }, (answer) => this.#caughtUp(answer))
  }

  #caughtUp(answer: Answer): void {
    if (answer._tag === "Ack") {
      this.store.cursor = (answer.payload as { cursor: string }).cursor
      this.connection.caughtUp()
      this.receipts.flush()
      this.passing.presence.resume()
      this.people.retry()
      this.recount.soon()
    } else if (answer._tag === "Refused" && !answer.problem.retryable && this.store.cursor !== undefined) {
      this.store.reset()
      this.changes.reset()
      this.receipts.reset()
      this.#inbox = undefined
      this.outbox.resendRecent()
      this.#catchUp()
      this.pump()
    } else if (answer._tag === "Refused") this.connection.fail()
  }

  #isOpen(): boolean {
    return this.connection.status.phase === "live" || this.connection.status.phase === "catching_up"
  }

  #acknowledged(message: Outgoing, ack: SendAck): void {
    const sent = { ...this.unsent(message), state: "sent" as const }
    const place = { seq: ack.seq, asOf: ack.seq, messageId: ack.message_id, at: Date.parse(ack.ts) }
    this.store.confirm(message.conversationId, { ...sent, ...place })
  }
}

/** Clocks that differ by less are taken for equal. */
const clockMs = 60_000

const ownStorage = (): KeyValues => (typeof indexedDB === "undefined" ? inMemory() : indexedDbValues())

const somebodyElse: Problem = {
  code: "forbidden",
  status: 403,
  detail: "The sign-in is for somebody else now.",
  retryable: false,
}
