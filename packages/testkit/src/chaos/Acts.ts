/**
 * What people do with messages that stand, and owners with roles: edits, deletions, reactions, by socket and by HTTP.
 *
 * Always true: an act is repeated until it is answered, and one of a kind for a message (or a member) is under way at a time, so that
 * each outcome is known. Some are asked by people without the right, and must be refused.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { SeededRandom } from "../checker/SeededRandom.ts"
import type { Act, ActKind } from "../checker/Recording.ts"
import type { Answer } from "../independent/Account.ts"
import { now } from "./Recorder.ts"
import type { Stage, Talk } from "./Stage.ts"

const perSecond = 40
const retryAfterMs = 100
const roleShare = 0.05
const withoutRightShare = 0.1
const overSocket = 0.5
/** Targets are among this many of the newest sends. */
const recent = 4_000
const emojis = ["👍", "❤", "🎉", ":shipit:"]
/** Answers that do not say whether the act stands: the same again. */
const unanswered = new Set([429, 500, 503])

export class Acts {
  acked = 0
  refused = 0
  #stopped = false
  #number = 0
  readonly #underWay = new Set<string>()
  readonly #stage: Stage
  readonly #random: SeededRandom

  constructor(stage: Stage, random: SeededRandom) {
    this.#stage = stage
    this.#random = random
  }

  stop(): void {
    this.#stopped = true
  }

  /** Resolves when the last act is answered after `stop`. */
  async run(): Promise<void> {
    const under = new Set<Promise<void>>()
    while (!this.#stopped) {
      await pause(this.#random.gapMs(perSecond * this.#stage.pace))
      const act = this.#random.chance(roleShare) ? this.#role() : this.#onMessage()
      if (act === undefined) continue
      under.add(act)
      void act.finally(() => under.delete(act))
    }
    await Promise.all(under)
  }

  /** Of a member that nobody removes meanwhile. */
  #role(): Promise<void> | undefined {
    const random = this.#random
    const talk = random.pick(this.#stage.talks)
    const others = talk.members.filter((user) => user !== talk.owner)
    if (talk.kind !== "group" || talk.changing || others.length === 0) return undefined
    talk.changing = true
    const by = random.chance(withoutRightShare) ? random.pick(others) : talk.owner
    const role = random.pick(["admin", "member", "member", "reader"])
    return this.#untilAnswered(talk, by, "role", random.pick(others), role).finally(() => {
      talk.changing = false
    })
  }

  #onMessage(): Promise<void> | undefined {
    const random = this.#random
    const { sends, users } = this.#stage.recorder.recording
    const send = sends[sends.length - 1 - random.below(Math.min(recent, sends.length))]
    const messageId = send?.attempts.find(({ outcome }) => outcome === "acked")?.messageId
    const talk = send && this.#stage.talks.find(({ number }) => number === send.conversation)
    if (send === undefined || talk === undefined || messageId === undefined) return undefined
    const author = users.all[send.user]!
    const kind = random.pick(["edit", "edit", "delete", "react", "react", "react", "unreact"] as const)
    const own = kind === "react" || kind === "unreact" || random.chance(withoutRightShare)
    const by = own || !talk.members.includes(author) ? random.pick(talk.members) : author
    const key = `${messageId} ${kind === "react" || kind === "unreact" ? by : ""}`
    if (this.#underWay.has(key)) return undefined
    this.#underWay.add(key)
    const value =
      kind === "edit"
        ? `edit ${++this.#number} of ${messageId}`
        : kind === "delete"
          ? ""
          : random.pick(emojis)
    return this.#untilAnswered(talk, by, kind, messageId, value).finally(() => this.#underWay.delete(key))
  }

  async #untilAnswered(talk: Talk, by: string, kind: ActKind, target: string, value: string): Promise<void> {
    const { recording } = this.#stage.recorder
    const act: Act = {
      conversation: talk.number,
      user: recording.users.numberOf(by),
      kind,
      target,
      value,
      requestedAt: now(),
      outcome: "unknown",
      answeredAt: Infinity,
    }
    recording.acts.push(act)
    const bySocket = kind !== "role" && this.#random.chance(overSocket)
    let mayStand = false
    for (;;) {
      const answer = bySocket
        ? await this.#ask(talk, by, kind, target, value)
        : await this.#call(talk, by, kind, target, value).catch(() => undefined)
      if (answer?.status !== 429 && (answer === undefined || unanswered.has(answer.status))) mayStand = true
      if (answer !== undefined && !unanswered.has(answer.status)) {
        act.answeredAt = now()
        if (answer.status === 200) {
          act.outcome = "acked"
          // A role is answered by the member as he is; the log says where it stands.
          if (kind !== "role") act.seq = answer.body.seq as number
          this.acked++
        } else {
          // Who was removed since an attempt without an answer is refused the repeat of what may stand.
          if (!mayStand) act.outcome = "refused"
          act.code = answer.body.code as string
          this.refused++
        }
        return
      }
      await pause(retryAfterMs)
    }
  }

  #call(talk: Talk, by: string, kind: ActKind, target: string, value: string): Promise<Answer> {
    const account = this.#stage.accountOf(by)
    switch (kind) {
      case "edit":
        return account.edit(talk.id, target, value)
      case "delete":
        return account.deleteMessage(talk.id, target)
      case "react":
        return account.reaction("PUT", talk.id, target, value)
      case "unreact":
        return account.reaction("DELETE", talk.id, target, value)
      case "role":
        return account.setRole(talk.id, target, value)
    }
  }

  async #ask(
    talk: Talk,
    by: string,
    kind: Exclude<ActKind, "role">,
    target: string,
    value: string,
  ): Promise<Answer | undefined> {
    const client = this.#random.pick(this.#stage.clientsOf(by))
    const named = { message_id: target }
    const payload =
      kind === "edit" ? { ...named, text: value } : kind === "delete" ? named : { ...named, emoji: value }
    const frame = await client.request(frameTypes[kind], talk.id, payload)
    if (frame === undefined) return undefined
    return { status: frame.type === "ack" ? 200 : (frame.payload.status as number), body: frame.payload }
  }
}

const frameTypes = {
  edit: "message.edit",
  delete: "message.delete",
  react: "reaction.add",
  unreact: "reaction.remove",
} as const
