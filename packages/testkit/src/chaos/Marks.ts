/**
 * People read: each reports, at random, how far, by socket and by HTTP; and at the end everybody's inbox is written down.
 *
 * Always true: a report is in the record with its answer; one without an answer may have been taken or not.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { SeededRandom } from "../checker/SeededRandom.ts"
import type { Mark } from "../checker/Recording.ts"
import { now } from "./Recorder.ts"
import { inTurn, type Stage, type Talk } from "./Stage.ts"

const perSecond = 60
const overSocket = 0.5
/** A report names a place this far before the newest at most. */
const behind = 40

export class Marks {
  reported = 0
  #stopped = false
  readonly #stage: Stage
  readonly #random: SeededRandom

  constructor(stage: Stage, random: SeededRandom) {
    this.#stage = stage
    this.#random = random
  }

  stop(): void {
    this.#stopped = true
  }

  /** Resolves after `stop`, when every report is answered or given up. */
  async run(): Promise<void> {
    const under = new Set<Promise<void>>()
    while (!this.#stopped) {
      await pause(this.#random.gapMs(perSecond * this.#stage.pace))
      const report = this.#report(this.#random.pick(this.#stage.talks))
      under.add(report)
      void report.finally(() => under.delete(report))
    }
    await Promise.all(under)
  }

  async #report(talk: Talk): Promise<void> {
    const random = this.#random
    const { recorder } = this.#stage
    const user = random.pick(talk.members)
    const client = random.pick(this.#stage.clientsOf(user))
    const upTo = Math.max(0, (client.held.get(talk.id) ?? 0) - random.below(behind))
    const mark: Mark = {
      conversation: talk.number,
      user: recorder.recording.users.numberOf(user),
      upTo,
      by: random.chance(overSocket) ? "stream" : "http",
      requestedAt: now(),
      outcome: "unknown",
      answeredAt: Infinity,
    }
    recorder.recording.marks.push(mark)
    this.reported++
    if (mark.by === "stream") {
      const frame = await client.request("receipt.read", talk.id, { up_to_seq: upTo })
      if (frame === undefined) return
      mark.outcome = frame.type === "ack" ? "acked" : "unknown"
    } else {
      const answer = await this.#stage
        .accountOf(user)
        .read(talk.id, upTo)
        .catch(() => undefined)
      if (answer === undefined) return
      mark.outcome = answer.status === 204 ? "acked" : "unknown"
    }
    mark.answeredAt = now()
  }
}

/** Everybody's inbox, when all is quiet. */
export const readInboxes = async ({ accounts, recorder: { recording } }: Stage): Promise<void> => {
  await inTurn([...accounts], 8, async ([userId, account]) => {
    const user = recording.users.numberOf(userId)
    for (const { id, last_seq, read_seq, unread } of await account.inbox())
      recording.inbox.push({
        user,
        conversation: recording.conversations.numberOf(id),
        lastSeq: last_seq,
        readSeq: read_seq,
        unread,
      })
  })
}
