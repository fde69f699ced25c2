/**
 * What the gateway measures of requests and deliveries, for `/metrics`: numbers changed where it happens, read when somebody asks.
 *
 * Always true: recording is an increment; nothing here knows who wrote what.
 */
import type { AnnouncementTrail } from "@parley/runtime/Broker"
import type { Ending } from "@parley/runtime/Presence"
import type { Accepted } from "@parley/runtime/telemetry/Accepted"
import { Histogram, latencyBounds, preciseNow } from "@parley/runtime/telemetry/Histogram"

export type Way = Accepted["by"]
/** `rejected`: the domain says no. `unavailable`: nothing is known of it. `internal`: a defect. */
export type CommandOutcome = "done" | "duplicate" | "rejected" | "unavailable" | "internal"
/** How a person's connection ended, or that he changed his status. */
export type PresenceCause = Ending | "change"

/** More deliveries than this in one turn of the loop are measured before it ends. */
const mostHeld = 4_096

const latency = (): Histogram => new Histogram(latencyBounds)
const none = (): Record<CommandOutcome, number> => ({
  done: 0,
  duplicate: 0,
  rejected: 0,
  unavailable: 0,
  internal: 0,
})

export class Meters {
  /** From the receipt of a request to the write of the turn in which its event was handed to the first who is not its sender. */
  readonly deliver: Readonly<Record<Way, Histogram>> = { stream: latency(), http: latency() }
  /** From the receipt of a request to its answer. */
  readonly ack: Readonly<Record<Way, Histogram>> = { stream: latency(), http: latency() }
  /** From the commit, as its entity heard of it, to the end of the broadcast at this gateway's hub. */
  readonly publish = latency()
  readonly commands: Readonly<Record<Way, Record<CommandOutcome, number>>> = { stream: none(), http: none() }
  /** From the change, or the end of the connection, to the round that tells watchers. */
  readonly presence: Readonly<Record<PresenceCause, Histogram>> = {
    closed: latency(),
    cut: latency(),
    silent: latency(),
    change: latency(),
  }
  readonly requests = latency()
  /** Answers by the first digit of their status. */
  readonly answers = [0, 0, 0, 0, 0, 0]
  /** Upgrades refused, by the code of the problem. */
  readonly upgradesRefused = new Map<string, number>([
    ["unavailable", 0],
    ["rate_limited", 0],
    ["unauthenticated", 0],
  ])
  /** Seconds that connections were open, all together. */
  connectionSeconds = 0
  readonly #held: Array<Accepted> = []

  /** @param accepted absent where nobody knows when it came in. */
  command(accepted: Accepted | undefined, outcome: CommandOutcome): void {
    if (accepted === undefined) return
    const { at, by } = accepted
    this.commands[by][outcome]++
    this.ack[by].record(secondsSince(at))
  }

  /** A hub has handed it on; `toOthers`: to somebody who is not its sender. */
  broadcast({ accepted, committedAt }: AnnouncementTrail, toOthers: boolean): void {
    this.publish.record(secondsSince(committedAt))
    if (!toOthers || accepted === undefined) return
    this.#held.push(accepted)
    if (this.#held.length >= mostHeld) this.flushed()
  }

  /** What was handed over in this turn of the loop has been written. */
  readonly flushed = (): void => {
    if (this.#held.length === 0) return
    const now = preciseNow()
    for (const { at, by } of this.#held) this.deliver[by].record(Math.max(0, now - at) / 1_000)
    this.#held.length = 0
  }

  answered(status: number, startedAt: number): void {
    const kind = Math.trunc(status / 100)
    this.answers[kind] = (this.answers[kind] ?? 0) + 1
    this.requests.record(secondsSince(startedAt))
  }

  upgradeRefused(code: string): void {
    this.upgradesRefused.set(code, (this.upgradesRefused.get(code) ?? 0) + 1)
  }
}

/** Clocks of two machines may differ: never negative. */
const secondsSince = (at: number): number => Math.max(0, preciseNow() - at) / 1_000
