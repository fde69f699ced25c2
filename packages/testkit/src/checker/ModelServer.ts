/**
 * A server in a few lines, without sockets: conversations as lists of events, commits one after another, on a clock of its own.
 *
 * Always true: it does what the protocol promises, so that a record of its clients is a correct one.
 * Not for: anything but making records to prove the checker on.
 */
import type { Content } from "./Contents.ts"
import type { ActKind, Alteration } from "./Recording.ts"

export interface ModelEvent {
  readonly content: Content
  readonly clientMsgId?: string
}

/** A message as it stands. */
export interface ModelMessage {
  readonly seq: number
  readonly author: number
  text: string
  deleted: boolean
  /** By emoji: who. */
  readonly reactions: Map<string, Set<number>>
}

export interface ModelTalk {
  readonly number: number
  readonly group: boolean
  readonly events: Array<ModelEvent>
  readonly members: Set<number>
  /** Of those who were given one; else `member`, and `owner` for the first founder of a group. */
  readonly roles: Map<number, string>
  readonly messages: Map<string, ModelMessage>
  readonly alterations: Array<Alteration>
  /** How far each has read. */
  readonly marks: Map<number, number>
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
      roles: new Map(group ? [[founders[0]!, "owner"]] : []),
      messages: new Map(),
      alterations: [],
      marks: new Map(),
      spans: new Map(founders.map((user) => [user, [{ from: 0, to: Infinity }]])),
    }
    this.talks.push(talk)
    return talk
  }

  /** Undefined: not a member, or a reader. */
  send(talk: ModelTalk, user: number, clientMsgId: string, text: string): ModelAck | undefined {
    if (!talk.members.has(user)) return undefined
    const key = `${talk.number} ${user} ${clientMsgId}`
    const standing = this.#keys.get(key)
    if (standing !== undefined) return { ...standing, duplicate: true }
    if (talk.roles.get(user) === "reader") return undefined
    const messageId = `msg_${++this.#messages}`
    const content = { type: "message.new", messageId, who: this.#names(user), text }
    const seq = talk.events.push({ content, clientMsgId }) - 1
    this.#keys.set(key, { seq, messageId })
    talk.messages.set(messageId, { seq, author: user, text, deleted: false, reactions: new Map() })
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
      talk.roles.delete(user)
      talk.spans.get(user)!.at(-1)!.to = seq
    }
    return seq
  }

  /** The `seq` that answers it; undefined: it is refused. A repeat is answered by what stands. */
  act(talk: ModelTalk, user: number, kind: ActKind, target: string, value: string): number | undefined {
    const role = talk.members.has(user) ? (talk.roles.get(user) ?? "member") : undefined
    if (role === undefined || role === "reader") return undefined
    if (kind === "role") return role === "owner" ? this.#appoint(talk, user, target, value) : undefined
    const message = talk.messages.get(target)
    if (message === undefined) return undefined
    const standing = talk.alterations.findLast(
      (one) =>
        one.target === target &&
        (kind === "delete" ? one.kind === kind : one.value === value && one.who === this.#names(user)),
    )
    if (kind === "delete") {
      if (message.deleted) return standing!.seq
      if (message.author !== user && role === "member") return undefined
      message.deleted = true
      return this.#alter(talk, user, kind, target, "", "message.deleted", "")
    }
    if (message.deleted) return undefined
    if (kind === "edit") {
      if (message.author !== user) return undefined
      if (message.text === value) return standing?.seq ?? message.seq
      message.text = value
      return this.#alter(talk, user, kind, target, value, "message.edited", value)
    }
    const people = message.reactions.get(value) ?? new Set()
    if (kind === "react" && people.has(user)) return standing!.seq
    if (kind === "unreact" && !people.has(user)) return message.seq
    if (kind === "react") people.add(user)
    else people.delete(user)
    message.reactions.set(value, people)
    const type = kind === "react" ? "reaction.added" : "reaction.removed"
    return this.#alter(talk, user, kind, target, value, type, `${value} ${people.size}`)
  }

  #appoint(talk: ModelTalk, user: number, target: string, role: string): number | undefined {
    const member = [...talk.members].find((one) => this.#names(one) === target)
    if (!talk.group || member === undefined || member === user) return undefined
    const standing = talk.alterations.findLast((one) => one.kind === "role" && one.target === target)
    if ((talk.roles.get(member) ?? "member") === role && standing?.value === role) return standing.seq
    talk.roles.set(member, role)
    const content = {
      type: "member.role_changed",
      messageId: "",
      who: target,
      text: `${this.#names(user)} ${role}`,
    }
    const seq = talk.events.push({ content }) - 1
    talk.alterations.push({ seq, kind: "role", target, who: this.#names(user), value: role })
    return seq
  }

  #alter(
    talk: ModelTalk,
    user: number,
    kind: ActKind,
    target: string,
    value: string,
    type: string,
    text: string,
  ): number {
    const who = this.#names(user)
    const seq = talk.events.push({ content: { type, messageId: target, who, text } }) - 1
    talk.alterations.push({ seq, kind, target, who, value })
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
