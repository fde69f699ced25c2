/**
 * What the model's people do besides sending: edits, deletions, reactions, roles and read markers; and what they are shown of it.
 *
 * Always true: each is done at once, and most are answered; whoever may not is refused.
 */
import type { ModelServer, ModelTalk } from "./ModelServer.ts"
import type { InboxLine, Item, Recording } from "./Recording.ts"
import type { SeededRandom } from "./SeededRandom.ts"

/** The connection went before the answer. */
const lostAnswerShare = 0.05

export class ModelActs {
  readonly #recording: Recording
  readonly #random: SeededRandom
  readonly #server: ModelServer
  readonly #tick: () => number

  constructor(recording: Recording, random: SeededRandom, server: ModelServer, tick: () => number) {
    this.#recording = recording
    this.#random = random
    this.#server = server
    this.#tick = tick
  }

  act(user: number): void {
    const random = this.#random
    const talk = random.pick(this.#server.talks)
    const kind = random.pick([
      "edit",
      "edit",
      "delete",
      "react",
      "react",
      "react",
      "unreact",
      "role",
    ] as const)
    const { users, acts } = this.#recording
    const target = kind === "role" ? random.pick(users.all) : random.pick([...talk.messages.keys(), ""])
    const author = talk.messages.get(target)?.author
    const owner = this.#recording.founders[talk.number]![0]!
    const by =
      kind === "role" ? owner : kind === "edit" && author !== undefined && random.chance(0.9) ? author : user
    const value =
      kind === "edit"
        ? `edit ${acts.length} of ${target}`
        : kind === "delete"
          ? ""
          : random.pick(kind === "role" ? ["admin", "member", "reader"] : ["👍", "❤", "🎉"])
    const requestedAt = this.#tick()
    const seq = this.#server.act(talk, by, kind, target, value)
    const act = {
      conversation: talk.number,
      user: by,
      kind,
      target,
      value,
      requestedAt,
      answeredAt: this.#tick(),
    }
    if (random.chance(lostAnswerShare)) {
      acts.push({ ...act, outcome: "unknown", answeredAt: Infinity })
      return
    }
    acts.push(
      seq === undefined
        ? { ...act, outcome: "refused", code: "forbidden" }
        : { ...act, outcome: "acked", seq },
    )
  }

  mark(user: number): void {
    const talk = this.#random.pick(this.#server.talks)
    if (!talk.members.has(user)) return
    const upTo = this.#random.below(talk.events.length)
    talk.marks.set(user, Math.max(upTo, talk.marks.get(user) ?? 0))
    const by = this.#random.chance(0.5) ? "http" : "stream"
    this.#recording.marks.push({
      conversation: talk.number,
      user,
      upTo,
      by,
      requestedAt: this.#tick(),
      outcome: "acked",
      answeredAt: this.#tick(),
    })
  }
}

/** A line of the inbox as the protocol counts it. */
export const inboxLine = (talk: ModelTalk, user: number): InboxLine => {
  const joined = talk.spans.get(user)!.at(-1)!.from
  const readSeq = Math.max(joined, talk.marks.get(user) ?? 0)
  const unread = [...talk.messages.values()].filter(
    ({ seq, author, deleted }) => seq > readSeq && author !== user && !deleted,
  ).length
  return { user, conversation: talk.number, lastSeq: talk.events.length - 1, readSeq, unread }
}

/** As they read now. From inclusive, to exclusive. */
export const itemsOf = ({ events, messages }: ModelTalk, from: number, to: number): Array<Item> =>
  events.flatMap(({ content, clientMsgId }, seq) => {
    if (clientMsgId === undefined || seq < from || seq >= to) return []
    const { messageId, who: sender } = content
    const { text, deleted, reactions } = messages.get(messageId)!
    const counted = [...reactions].filter(([, people]) => people.size > 0)
    const shown = deleted ? [] : counted.map(([emoji, people]) => `${emoji} ${people.size}`).sort()
    return [
      {
        seq,
        messageId,
        sender,
        text: deleted ? "" : text,
        clientMsgId,
        ...(deleted ? { deleted: true as const } : {}),
        ...(shown.length > 0 ? { reactions: shown.join(",") } : {}),
      },
    ]
  })
