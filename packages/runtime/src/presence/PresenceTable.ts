/**
 * The presence of one process's connections: in memory, gone with it.
 *
 * Always true: what is asked is right at every moment, whether it was swept or not; sweeping tells watchers of those whose time ran
 * out. Bounded by the connections there are, and by `MOST_SEEN` people of whom it is known when they left.
 */
import type { Connection, DeviceStatus, Presence, PresenceOf } from "../Presence.ts"
import { type Device, Devices } from "./Devices.ts"

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

  /** Those that are there, by grace too. */
  readonly devicesOf = (user: string): ReadonlyArray<Readonly<Device>> =>
    this.#people.get(user)?.all(this.#now()) ?? []

  /** When somebody who is gone was last heard, if it is remembered. */
  readonly seenAt = (user: string): number | undefined => this.#seen.get(user)

  readonly adopt = (connection: Connection, status: DeviceStatus): void => {
    const devices = this.#people.get(connection.user)
    if (devices !== undefined) this.#change(connection.user, devices, () => devices.adopt(connection, status))
  }

  readonly yield = (connection: Connection): void => {
    const devices = this.#people.get(connection.user)
    if (devices === undefined) return
    this.#change(connection.user, devices, () => devices.yield(connection))
    if (devices.empty) this.#people.delete(connection.user)
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
