/** History read at random while everything else goes on: from the end, before and after any place, by members and by those removed. */
import type { SeededRandom } from "../checker/SeededRandom.ts"
import { now } from "./Recorder.ts"
import type { Stage, Talk } from "./Stage.ts"

const perSecond = 15
const formerShare = 0.15
const maxUnderWay = 8

export class Reads {
  #stopped = false
  #underWay = 0
  readonly #stage: Stage
  readonly #random: SeededRandom

  constructor(stage: Stage, random: SeededRandom) {
    this.#stage = stage
    this.#random = random
  }

  stop(): void {
    this.#stopped = true
  }

  /** Resolves after `stop`, when no read is under way. */
  async run(): Promise<void> {
    while (!this.#stopped || this.#underWay > 0) {
      await new Promise((resolve) => setTimeout(resolve, this.#random.gapMs(perSecond * this.#stage.pace)))
      if (this.#stopped || this.#underWay >= maxUnderWay) continue
      this.#underWay++
      void this.#read().finally(() => this.#underWay--)
    }
  }

  async #read(): Promise<void> {
    const talk = this.#random.pick(this.#stage.talks)
    const former = talk.former.length > 0 && this.#random.chance(formerShare)
    const user = this.#random.pick(former ? talk.former : talk.members)
    const head = this.#stage.recorder.heads[talk.number] ?? 0
    const limit = this.#random.pick([10, 50, 50, 100])
    const way = this.#random.next()
    const place = this.#random.below(head + 1)
    await readPage(
      this.#stage,
      talk,
      user,
      way < 0.5 ? { limit } : way < 0.75 ? { limit, before: place } : { limit, after: place },
    )
  }
}

/** Reads one page and writes it down, if it was answered. */
export const readPage = async (
  stage: Stage,
  talk: Talk,
  user: string,
  page: { readonly limit: number; readonly before?: number; readonly after?: number },
): Promise<void> => {
  const { recorder } = stage
  const requestedAt = now()
  const answer = await stage
    .accountOf(user)
    .history(talk.id, page)
    .catch(() => undefined)
  if (answer === undefined) return
  const items = answer.status === 200 ? recorder.items(answer.body.items) : []
  recorder.recording.reads.push({
    conversation: talk.number,
    user: recorder.recording.users.numberOf(user),
    requestedAt,
    answeredAt: now(),
    status: answer.status,
    ...page,
    items: page.after === undefined ? items.reverse() : items,
  })
}
