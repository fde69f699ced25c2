/**
 * A server in a few lines, without sockets: conversations as lists of events, commits one after another, on a clock of its own.
 *
 * Always true: it does what the protocol promises, so that a record of its clients is a correct one.
 * Not for: anything but making records to prove the checker on.
 */
import type { Content } from "./Contents.ts"

export interface ModelEvent {
  readonly content: Content
  readonly clientMsgId?: string
}

export interface ModelTalk {
  readonly number: number
  readonly group: boolean
  readonly events: Array<ModelEvent>
  readonly members: Set<number>
  /** By user: from joining to removal, both inclusive, in order. */
  readonly spans: Map<number, Array<{ readonly from: number; to: number }>>
}

export interface ModelAck {
  readonly seq: number
  readonly messageId: string
  readonly duplicate: boolean
}

export class ModelServer {
  readonly talks: Array<ModelTalk> = []
  readonly #names: (user: number) => string
  readonly #keys = new Map<string, { readonly seq: number; readonly messageId: string }>()
  #messages = 0

  constructor(names: (user: number) => string) {
    this.#names = names
  }

  create(group: boolean, founders: ReadonlyArray<number>): ModelTalk {
    const content = { type: "conversation.created", messageId: "", who: "", text: "" }
    const talk: ModelTalk = {
      number: this.talks.length,
      group,
      events: [{ content }],
      members: new Set(founders),
      spans: new Map(founders.map((user) => [user, [{ from: 0, to: Infinity }]])),
    }
    this.talks.push(talk)
    return talk
  }

  /** Undefined: not a member. */
  send(talk: ModelTalk, user: number, clientMsgId: string, text: string): ModelAck | undefined {
    if (!talk.members.has(user)) return undefined
    const key = `${talk.number} ${user} ${clientMsgId}`
    const standing = this.#keys.get(key)
    if (standing !== undefined) return { ...standing, duplicate: true }
    const messageId = `msg_${++this.#messages}`
    const content = { type: "message.new", messageId, who: this.#names(user), text }
    const seq = talk.events.push({ content, clientMsgId }) - 1
    this.#keys.set(key, { seq, messageId })
    return { seq, messageId, duplicate: false }
  }

  /** The `seq` of the change. */
  change(talk: ModelTalk, kind: "add" | "remove", user: number): number {
    const type = kind === "add" ? "member.added" : "member.removed"
    const content = { type, messageId: "", who: this.#names(user), text: "" }
    const seq = talk.events.push({ content }) - 1
    if (kind === "add") {
      talk.members.add(user)
      talk.spans.set(user, [...(talk.spans.get(user) ?? []), { from: seq, to: Infinity }])
    } else {
      talk.members.delete(user)
      talk.spans.get(user)!.at(-1)!.to = seq
    }
    return seq
  }

  /** The first `seq` behind `held` that a user may get, if there is one yet. */
  nextFor(talk: ModelTalk, user: number, held: number): number | undefined {
    const span = talk.spans.get(user)?.find(({ to }) => to > held)
    const next = span && Math.max(held + 1, span.from)
    return next === undefined || next >= talk.events.length ? undefined : next
  }

  /** The `seq` after which a resuming user gets frames: the newest `replayed`, and of the last membership only if he is in. */
  startFor(talk: ModelTalk, user: number, replayed: number): number {
    const span = talk.spans.get(user)?.at(-1)
    if (span === undefined) return -1
    const last = Math.min(span.to, talk.events.length - 1)
    return Math.max(last - replayed, span.to === Infinity ? span.from - 1 : -1)
  }
}
