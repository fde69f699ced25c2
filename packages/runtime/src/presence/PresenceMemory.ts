/**
 * The presence of one process: in memory, gone with it.
 *
 * Always true: `of` is right at every moment, whatever the timer did; the timer tells watchers of those whose time ran out, up to a
 * quarter of a second late. Bounded by the connections there are, and by `MOST_SEEN` people of whom it is known when they left.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { Presence, type PresenceOf } from "../Presence.ts"
import { Devices } from "./Devices.ts"

const SWEEP_EVERY = "250 millis"
/** The longest away is forgotten first. */
const MOST_SEEN = 100_000
/** Sweeps between two looks at everybody; those in their grace are looked at each time. */
const ALL_AFTER_SWEEPS = 20

/** Everything but the clock. Times in milliseconds. */
export class PresenceTable {
  readonly #people = new Map<string, Devices>()
  readonly #leaving = new Set<string>()
  readonly #seen = new Map<string, number>()
  readonly #watchers = new Map<string, ReadonlyArray<() => void>>()
  readonly #now: () => number
  #sweeps = 0

  constructor(now: () => number) {
    this.#now = now
  }

  readonly connect: Presence["Service"]["connect"] = (connection) => {
    const now = this.#now()
    // Whoever's time ran out unnoticed begins anew.
    this.#forget(connection.user, now)
    let devices = this.#people.get(connection.user)
    if (devices === undefined) this.#people.set(connection.user, (devices = new Devices()))
    this.#change(connection.user, devices, () => devices.connect(connection, now))
  }

  readonly say: Presence["Service"]["say"] = (connection, status) => {
    const devices = this.#people.get(connection.user)
    if (devices !== undefined)
      this.#change(connection.user, devices, () => devices.say(connection, status, this.#now()))
  }

  readonly beat: Presence["Service"]["beat"] = (connection) =>
    this.#people.get(connection.user)?.beat(connection, this.#now())

  readonly end: Presence["Service"]["end"] = (connection, how) => {
    const { user } = connection
    const devices = this.#people.get(user)
    if (devices === undefined) return
    this.#change(user, devices, () => devices.end(connection, how, this.#now()))
    this.#leaving.add(user)
    this.#forget(user, this.#now())
  }

  readonly of = (users: ReadonlyArray<string>): ReadonlyArray<PresenceOf> => {
    const now = this.#now()
    return users.map((user) => {
      this.#forget(user, now)
      const status = this.#people.get(user)?.status(now) ?? "offline"
      const lastSeen = status === "offline" ? this.#seen.get(user) : undefined
      return { user, status, ...(lastSeen === undefined ? {} : { lastSeen }) }
    })
  }

  readonly foreground = (user: string): ReadonlyArray<string> =>
    this.#people.get(user)?.foreground(this.#now()) ?? []

  readonly watch = (user: string, changed: () => void): (() => void) => {
    const own = (): void => changed()
    this.#watchers.set(user, [...(this.#watchers.get(user) ?? []), own])
    return () => {
      const rest = (this.#watchers.get(user) ?? []).filter((one) => one !== own)
      if (rest.length === 0) this.#watchers.delete(user)
      else this.#watchers.set(user, rest)
    }
  }

  /** Tells of those whose time ran out. */
  readonly sweep = (): void => {
    const now = this.#now()
    const all = ++this.#sweeps % ALL_AFTER_SWEEPS === 0
    for (const user of [...(all ? this.#people.keys() : this.#leaving)]) this.#forget(user, now)
    for (const user of this.#leaving) if (this.#people.get(user)?.leaving !== true) this.#leaving.delete(user)
  }

  #forget(user: string, now: number): void {
    const devices = this.#people.get(user)
    const heardAt = devices?.forget(now)
    if (devices === undefined || heardAt === undefined) return
    if (devices.empty) {
      this.#people.delete(user)
      this.#seen.delete(user)
      this.#seen.set(user, heardAt)
      if (this.#seen.size > MOST_SEEN) this.#seen.delete(this.#seen.keys().next().value!)
    }
    this.#tell(user)
  }

  #change(user: string, devices: Devices, change: () => void): void {
    const before = devices.status(this.#now())
    change()
    if (devices.status(this.#now()) !== before) this.#tell(user)
  }

  #tell(user: string): void {
    for (const changed of this.#watchers.get(user) ?? []) changed()
  }
}

/** @param now a clock of one's own, for tests. */
export const layerAt = (now: (() => number) | undefined): Layer.Layer<Presence> =>
  Layer.effect(
    Presence,
    Effect.gen(function* () {
      const clock = yield* Clock.Clock
      const table = new PresenceTable(now ?? (() => clock.currentTimeMillisUnsafe()))
      yield* Effect.forkScoped(
        Effect.forever(Effect.andThen(Effect.sleep(SWEEP_EVERY), Effect.sync(table.sweep))),
      )
      return {
        connect: table.connect,
        say: table.say,
        beat: table.beat,
        end: table.end,
        of: (users) => Effect.sync(() => table.of(users)),
        foreground: (user) => Effect.sync(() => table.foreground(user)),
        watch: (user, changed) => Effect.sync(() => table.watch(user, changed)),
      }
    }),
  )

export const layer: Layer.Layer<Presence> = layerAt(undefined)
