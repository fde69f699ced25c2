/**
 * The record of a run: everything that was asked of a server and everything that came back, with real times, and at the end the truth.
 *
 * Always true: times are of one monotonic clock, in milliseconds. A start is written down before the request leaves, an answer after it
 * came in; so "A was answered before B began" in here is so in the world. Users, conversations, devices and connections are numbers.
 * Not for: judging. That is `check`.
 */
import { Contents } from "./Contents.ts"
import { Receipts } from "./Receipts.ts"

/** One try of a send on one connection (-1: over HTTP). */
export interface Attempt {
  readonly connection: number
  readonly startedAt: number
  /** `unknown` until an answer that says something: an ack, or a refusal after which the message does not stand. */
  outcome: "unknown" | "acked" | "refused"
  answeredAt: number
  code?: string
  messageId?: string
  seq?: number
  duplicate?: boolean
}

export interface Send {
  readonly conversation: number
  readonly user: number
  readonly clientMsgId: string
  readonly text: string
  readonly attempts: Array<Attempt>
}

export interface Connection {
  readonly device: number
  readonly openedAt: number
  /** It began with a sync from a cursor, without one, or with `hello`'s own (then nothing is replayed). */
  readonly from: "cursor" | "nothing" | "now"
  syncedAt?: number
  closedAt?: number
}

export interface Device {
  readonly user: number
  readonly name: string
}

/** A change of members: one user at a time, as asked. `answeredAt` and `seq` are missing when no answer came. */
export interface MemberChange {
  readonly conversation: number
  readonly user: number
  readonly kind: "add" | "remove"
  readonly requestedAt: number
  answeredAt?: number
  seq?: number
  /** The answer says that this very request changed it. */
  changed?: boolean
}

/** What is asked about a message that stands, or of a member's role. */
export type ActKind = "edit" | "delete" | "react" | "unreact" | "role"

/** Something asked that is no send and changes no members: repeated until it was answered, and one act in the record. */
export interface Act {
  readonly conversation: number
  readonly user: number
  readonly kind: ActKind
  /** The message's id; of a role the member's. */
  readonly target: string
  /** The new text, the emoji or the role; of a deletion empty. Texts of edits are unique in a run. */
  readonly value: string
  readonly requestedAt: number
  /** `unknown` until an answer that says something: a refusal says nothing of an earlier attempt without an answer. */
  outcome: "unknown" | "acked" | "refused"
  answeredAt: number
  code?: string
  seq?: number
}

/** A read marker that was reported. Over HTTP an answer means that it is kept; over the stream, that it will be within a second. */
export interface Mark {
  readonly conversation: number
  readonly user: number
  readonly upTo: number
  readonly by: "http" | "stream"
  readonly requestedAt: number
  outcome: "unknown" | "acked" | "refused"
  answeredAt: number
}

/** A line of somebody's inbox, read when all was quiet. */
export interface InboxLine {
  readonly user: number
  readonly conversation: number
  readonly lastSeq: number
  readonly readSeq: number
  readonly unread: number
}

/** A message of a page or of the final history. `sender` is the user's id. */
export interface Item {
  readonly seq: number
  readonly messageId: string
  readonly sender: string
  /** Of a deleted one empty. */
  readonly text: string
  readonly clientMsgId?: string
  readonly deleted?: true
  /** Emoji and count of each reaction, in the emoji's order: `❤ 1,👍 2`. */
  readonly reactions?: string
}

/** What changed a message or a role, as the log has it. `value` is missing where it is sealed. */
export interface Alteration {
  readonly seq: number
  readonly kind: ActKind
  readonly target: string
  /** The id of the one who did it. */
  readonly who: string
  readonly value?: string
}

/** A page that was asked for; without `before` and `after`: from the end. */
export interface Read {
  readonly conversation: number
  readonly user: number
  readonly requestedAt: number
  readonly answeredAt: number
  readonly status: number
  readonly before?: number
  readonly after?: number
  readonly limit: number
  /** In rising `seq`. */
  items: ReadonlyArray<Item>
}

/** What the log itself holds of a conversation, read from the data directory. */
export interface LogOf {
  /** The number of its events; their revisions are 0 to `events` - 1. */
  readonly events: number
  /** In rising `seq`, with their `clientMsgId`; bodies are sealed there, so `text` is empty. */
  messages: ReadonlyArray<Item>
  /** Changes of members; `who`: their ids, sorted, by commas. */
  readonly members: ReadonlyArray<{
    readonly seq: number
    readonly type: "member.added" | "member.removed"
    readonly who: string
  }>
  /** The messages again, as the key index has them. */
  keys: ReadonlyArray<Item>
  /** Edits, deletions, reactions and roles, in rising `seq`. */
  alterations: ReadonlyArray<Alteration>
}

export class Recording {
  readonly users = new Names()
  readonly conversations = new Names()
  /** By conversation: who was in it from its beginning. The first one of a group owns it. */
  readonly founders: Array<ReadonlyArray<number>> = []
  /** By conversation. */
  readonly isGroup: Array<boolean> = []
  readonly devices: Array<Device> = []
  readonly connections: Array<Connection> = []
  readonly sends: Array<Send> = []
  readonly receipts = new Receipts()
  readonly contents = new Contents()
  readonly changes: Array<MemberChange> = []
  readonly reads: Array<Read> = []
  readonly acts: Array<Act> = []
  readonly marks: Array<Mark> = []
  /** When the server was killed. */
  readonly kills: Array<number> = []
  /** Many nodes: a call whose runner died is asked again behind the client's back, so the ack of an only try may say duplicate. */
  asksAgain = false
  inbox: Array<InboxLine> = []
  /** By conversation, in rising `seq`: the whole history, read when all was quiet. */
  history: Array<Array<Item>> = []
  /** By conversation, if the log was read. */
  log: Array<LogOf> | undefined
}

/** Ids to small numbers. */
export class Names {
  readonly all: Array<string> = []
  readonly #numbers = new Map<string, number>()

  numberOf(name: string): number {
    let number = this.#numbers.get(name)
    if (number === undefined) {
      number = this.all.push(name) - 1
      this.#numbers.set(name, number)
    }
    return number
  }

  find(name: string): number | undefined {
    return this.#numbers.get(name)
  }
}
