/**
 * The sends of a run: an open loop, by a schedule of its own.
 *
 * Always true: a send is offered when the schedule says so, whatever the server does. While its client is cut off it waits in the client
 * and goes out after the reconnect under the same id; its latency counts from the moment of the schedule, so a pause is not hidden.
 */
import type { SeededRandom } from "../checker/SeededRandom.ts"
import { now } from "./Recorder.ts"
import type { Stage, Talk } from "./Stage.ts"

/** How often the schedule is looked at. */
const tickMs = 4
/** Of the acknowledged ones this share is sent again, to see the same ack. */
const repeatShare = 0.01
/** Where somebody was removed, this share is sent by one of them. */
const formerShare = 0.01
const shortestText = 20
const longestText = 400

export interface Answered {
  readonly conversation: number
  /** When the schedule offered it, and when its ack came, by `now`. */
  readonly due: number
  readonly at: number
}

export class Traffic {
  offered = 0
  acked = 0
  duplicates = 0
  rejected = 0
  /** Sends by people that had been removed before. */
  byFormer = 0
  /** The acknowledged ones, in the order of their acks. */
  readonly answers: Array<Answered> = []
  /** While this is set sends are offered, also after the run's seconds. */
  goesOn = false
  /** From the moment of the schedule to the ack, of those offered while their client was connected and acknowledged on that connection. */
  readonly undisturbed: Array<number> = []
  readonly #stage: Stage
  readonly #random: SeededRandom
  readonly #rate: number
  readonly #until: number
  #due: number
  #number = 0

  constructor(stage: Stage, random: SeededRandom, rate: number, seconds: number) {
    this.#stage = stage
    this.#random = random
    this.#rate = rate
    this.#due = now()
    this.#until = now() + seconds * 1000
  }

  /** Resolves when everything was offered. */
  run(): Promise<void> {
    return new Promise((resolve) => {
      const tick = (): void => {
        const time = now()
        const until = this.goesOn ? Infinity : this.#until
        for (; this.#due <= time && this.#due < until; this.#due += this.#random.gapMs(this.#rate))
          this.#offer(this.#due)
        if (this.#due >= until) resolve()
        else setTimeout(tick, tickMs)
      }
      tick()
    })
  }

  #offer(due: number): void {
    const random = this.#random
    const talk = random.pick(this.#stage.talks)
    const byFormer = talk.former.length > 0 && random.chance(formerShare)
    const user = random.pick(byFormer ? talk.former : talk.members)
    if (byFormer) this.byFormer++
    this.offered++
    void this.#send(talk, user, due)
  }

  async #send(talk: Talk, user: string, due: number): Promise<void> {
    const random = this.#random
    const client = random.pick(this.#stage.clientsOf(user))
    const clientMsgId = `c-${++this.#number}`
    const length = Math.floor(shortestText * (longestText / shortestText) ** (random.next() ** 2))
    const text = `${clientMsgId} ${filler.slice(0, length)}`
    const repeats = random.chance(repeatShare)
    const connection = client.state === "synced" ? client.reconnects : -1
    const outcome = await client.send(talk.id, clientMsgId, text)
    if (outcome._tag === "Rejected") {
      this.rejected++
      return
    }
    this.acked++
    if (outcome.ack.duplicate) this.duplicates++
    const latency = now() - due
    this.answers.push({ conversation: talk.number, due, at: due + latency })
    if (client.reconnects === connection) this.undisturbed.push(latency)
    if (!repeats) return
    const again = await client.send(talk.id, clientMsgId, text)
    if (again._tag === "Acked" && again.ack.duplicate) this.duplicates++
  }
}

const filler = "the quick brown fox jumps over the lazy dog; ".repeat(10)
