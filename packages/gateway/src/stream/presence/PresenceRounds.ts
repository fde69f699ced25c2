/**
 * Telling watchers what has changed, in rounds: whoever changes often within one is told of once, and how it stands then.
 *
 *   changed ──► changed people (each once) ──every 200 ms──► read how they stand ──► a frame for each who differs from what was told
 *                                                                 └─ no room at a connection: owed, and told when there is room
 *
 * Always true: once nothing changes any more and there is room, everybody who watches has been told how it stands. Bounded without a
 * queue: at most one entry for each person watched, one debt for each watch. While presence is shed no round is made; the entries wait.
 */
import type { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import type { Sheds } from "../../limits/shedOrder.ts"
import type { StreamCounters } from "../StreamCounters.ts"
import { presenceFrame } from "./presenceFrame.ts"
import type { Showing } from "./Showing.ts"
import { same, type Shown, type Watched, type Watcher } from "./WatchList.ts"

const EVERY_MS = 200
/** When the last round could not be made, or only debts are left. */
const LATER_MS = 1_000
/** People in a round. */
const PEOPLE = 1_000
/** Frames written before others have their turn of the loop. */
const FRAMES = 1_000

export interface RoundsOptions {
  readonly showing: Showing
  readonly sheds: Sheds
  readonly counters: StreamCounters
  readonly now: () => number
  readonly fork: (effect: Effect.Effect<void>) => void
}

export class PresenceRounds {
  /** Since when, in milliseconds. */
  readonly #changed = new Map<Watched, number>()
  readonly #owed = new Map<Watcher, Set<Watched>>()
  readonly #options: RoundsOptions
  #running = false

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  /** People whose change has not been told yet. */
  get pending(): number {
    return this.#changed.size
  }

  /** Connections that are owed something. */
  get owed(): number {
    return this.#owed.size
  }

  changed(watched: Watched): void {
    if (!this.#changed.has(watched)) this.#changed.set(watched, this.#options.now())
    this.#start()
  }

  gone(watcher: Watcher): void {
    this.#owed.delete(watcher)
  }

  #start(): void {
    if (this.#running) return
    this.#running = true
    this.#options.fork(this.#rounds)
  }

  readonly #rounds: Effect.Effect<void> = Effect.suspend(() => this.#round(EVERY_MS)).pipe(
    Effect.ensuring(Effect.sync(() => (this.#running = false))),
  )

  /** One after another, as long as there is something to tell. */
  #round(wait: number): Effect.Effect<void> {
    return Effect.andThen(
      Effect.sleep(wait),
      Effect.suspend(() => {
        if (this.#options.sheds("presence")) return this.#next(LATER_MS)
        this.#pay()
        return Effect.matchEffect(this.#tell(), {
          onSuccess: () => this.#next(this.#changed.size > 0 ? EVERY_MS : LATER_MS),
          onFailure: () => this.#next(LATER_MS),
        })
      }),
    )
  }

  #next(wait: number): Effect.Effect<void> {
    return Effect.suspend(() =>
      this.#changed.size > 0 || this.#owed.size > 0 ? this.#round(wait) : Effect.void,
    )
  }

  #tell(): Effect.Effect<void, Unavailable> {
    const batch = [...this.#changed].slice(0, PEOPLE)
    if (batch.length === 0) return Effect.void
    // Whoever changes while this is read is told of in the next round.
    for (const [watched] of batch) this.#changed.delete(watched)
    return this.#options.showing(batch.map(([{ user }]) => user)).pipe(
      Effect.tapError(() =>
        Effect.sync(() => {
          for (const [watched, since] of batch) if (!watched.closed) this.#changed.set(watched, since)
        }),
      ),
      Effect.flatMap((shown) => this.#write(batch, shown)),
    )
  }

  readonly #write = Effect.fnUntraced(
    { self: this },
    function* (
      this: PresenceRounds,
      batch: ReadonlyArray<readonly [Watched, number]>,
      shown: ReadonlyArray<Shown>,
    ) {
      let frames = 0
      for (const [index, [watched, changedAt]] of batch.entries()) {
        if (watched.closed || same(watched.told, shown[index]!)) continue
        watched.told = shown[index]!
        this.#measure(watched, changedAt)
        frames += this.#tellAll(watched)
        if (frames < FRAMES) continue
        frames = 0
        yield* Effect.yieldNow
      }
    },
  )

  /** Whoever is gone for others is so since his connection ended, if that was here. */
  #measure({ ended, told }: Watched, changedAt: number): void {
    const { counters, now } = this.#options
    const since =
      told?.status === "offline" && ended !== undefined ? ended : { at: changedAt, how: "change" as const }
    counters.meters.presence[since.how].record(Math.max(0, now() - since.at) / 1_000)
  }

  #tellAll(watched: Watched): number {
    const { counters, now } = this.#options
    const bytes = presenceFrame(now(), watched.user, watched.told)
    let told = 0
    for (const [watcher, allowed] of watched.watchers) {
      if (!allowed) continue
      told++
      if (watcher.offer("presence", bytes)) counters.presenceTold++
      else this.#owe(watcher, watched)
    }
    return told
  }

  #owe(watcher: Watcher, watched: Watched): void {
    const debts = this.#owed.get(watcher)
    if (debts === undefined) this.#owed.set(watcher, new Set([watched]))
    else debts.add(watched)
  }

  #pay(): void {
    const { counters, now } = this.#options
    for (const [watcher, debts] of this.#owed) {
      for (const watched of debts) {
        if (!watcher.outbox.hasRoom() && !watcher.closed) break
        debts.delete(watched)
        if (watcher.closed || watched.watchers.get(watcher) !== true) continue
        watcher.push(presenceFrame(now(), watched.user, watched.told))
        counters.presenceTold++
      }
      if (debts.size === 0) this.#owed.delete(watcher)
    }
  }
}
