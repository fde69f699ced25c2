/**
 * Members come and go: an owner adds and removes, some leave by themselves, and each removed one tries to read at once.
 *
 * Always true: a change is repeated until it is answered, and is one change in the record, from its first request to that answer.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { SeededRandom } from "../checker/SeededRandom.ts"
import type { MemberChange } from "../checker/Recording.ts"
import { now } from "./Recorder.ts"
import { readPage } from "./Reads.ts"
import type { Stage, Talk } from "./Stage.ts"

const perSecond = 8
const smallestGroup = 2
const leaveShare = 0.3
const retryAfterMs = 100

export class Changes {
  additions = 0
  removals = 0
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

  /** Resolves when the last change is answered after `stop`. */
  async run(): Promise<void> {
    const under = new Set<Promise<void>>()
    while (!this.#stopped) {
      await pause(this.#random.gapMs(perSecond * this.#stage.pace))
      const free = this.#stage.talks.filter(({ kind, changing }) => kind === "group" && !changing)
      if (free.length === 0) continue
      const change = this.#change(this.#random.pick(free))
      under.add(change)
      void change.finally(() => under.delete(change))
    }
    await Promise.all(under)
  }

  async #change(talk: Talk): Promise<void> {
    const others = talk.members.filter((user) => user !== talk.owner)
    const add = others.length < smallestGroup || this.#random.chance(0.5)
    const outside = talk.former.length > 0 && this.#random.chance(0.6) ? talk.former : this.#strangers(talk)
    const user = this.#random.pick(add ? outside : others)
    talk.changing = true
    if (add) await this.#add(talk, user)
    else await this.#remove(talk, user, this.#random.chance(leaveShare) ? user : talk.owner)
    talk.changing = false
  }

  #strangers(talk: Talk): ReadonlyArray<string> {
    return this.#stage.cast.users.filter((user) => !talk.members.includes(user))
  }

  async #add(talk: Talk, user: string): Promise<void> {
    await this.#untilAnswered(talk, user, "add", talk.owner)
    this.additions++
    const place = talk.former.indexOf(user)
    if (place !== -1) talk.former.splice(place, 1)
    talk.members.push(user)
  }

  async #remove(talk: Talk, user: string, by: string): Promise<void> {
    await this.#untilAnswered(talk, user, "remove", by)
    this.removals++
    talk.members.splice(talk.members.indexOf(user), 1)
    talk.former.push(user)
    await readPage(this.#stage, talk, user, { limit: 20 })
  }

  async #untilAnswered(talk: Talk, user: string, kind: "add" | "remove", by: string): Promise<void> {
    const { recording } = this.#stage.recorder
    const change: MemberChange = {
      conversation: talk.number,
      user: recording.users.numberOf(user),
      kind,
      requestedAt: now(),
    }
    recording.changes.push(change)
    for (;;) {
      const answer = await this.#stage
        .accountOf(by)
        .changeMembers(talk.id, { [kind]: [user] })
        .catch(() => undefined)
      if (answer?.status === 200) {
        const changed = (answer.body[kind === "add" ? "added" : "removed"] as ReadonlyArray<unknown>).length
        change.answeredAt = now()
        if (changed > 0) {
          change.changed = true
          change.seq = answer.body.seq as number
        }
        return
      }
      // Who left by himself is told, on repeating it, that there is no such group: his leaving is what stands.
      if (answer?.status === 404 && by === user) {
        change.answeredAt = now()
        return
      }
      if (answer !== undefined && ![429, 500, 503].includes(answer.status))
        throw new Error(`${kind} of ${user} by ${by}: ${answer.status} ${JSON.stringify(answer.body)}`)
      await pause(retryAfterMs)
    }
  }
}
