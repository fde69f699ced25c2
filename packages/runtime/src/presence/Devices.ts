/**
 * What one person's connections have said, as a function of it and of the time.
 *
 * Always true: his status is that of his devices put together, in whatever order they spoke; what a connection says after another of
 * the same device has taken over changes nothing. A few bytes for each device: most people have one.
 */
import {
  type Connection,
  type DeviceStatus,
  type Ending,
  graceMs,
  type MergedStatus,
  OFFLINE_WITHOUT_BEAT_MS,
} from "../Presence.ts"

/** Times in milliseconds. */
export interface Device {
  readonly name: string
  session: string
  status: DeviceStatus
  heardAt: number
  /** When it is gone, should nothing be heard. */
  until: number
  ended: boolean
}

/** Online over away over offline. */
export const merge = (statuses: Iterable<DeviceStatus>): MergedStatus => {
  let merged: MergedStatus = "offline"
  for (const status of statuses) {
    if (status === "online") return "online"
    merged = "away"
  }
  return merged
}

export class Devices {
  #devices: ReadonlyArray<Device> = []

  connect({ device: name, session }: Connection, now: number): void {
    const device = this.#devices.find((one) => one.name === name)
    if (device === undefined) {
      const until = now + OFFLINE_WITHOUT_BEAT_MS
      // A list that is replaced has room for exactly what is in it.
      this.#devices = [...this.#devices, { name, session, status: "away", heardAt: now, until, ended: false }]
      return
    }
    if (device.until <= now) device.status = "away"
    device.session = session
    device.ended = false
    hear(device, now)
  }

  say(connection: Connection, status: DeviceStatus, now: number): void {
    const device = this.#spoken(connection, now)
    if (device !== undefined) device.status = status
  }

  beat(connection: Connection, now: number): void {
    this.#spoken(connection, now)
  }

  end({ device: name, session }: Connection, how: Ending, now: number): void {
    const device = this.#devices.find((one) => one.name === name)
    if (device === undefined || device.session !== session || device.ended) return
    device.ended = true
    if (how !== "silent") device.heardAt = now
    device.until = Math.min(device.until, now + graceMs[how])
  }

  /** Those that are there, by grace too. */
  all(now: number): ReadonlyArray<Readonly<Device>> {
    return this.#devices.filter(({ until }) => until > now)
  }

  /** What an earlier connection of the device, elsewhere, had said. */
  adopt({ device: name, session }: Connection, status: DeviceStatus): void {
    const device = this.#devices.find((one) => one.name === name)
    if (device !== undefined && device.session === session && !device.ended) device.status = status
  }

  /** A later connection of the device is elsewhere: it is that one's to speak of. */
  yield({ device: name, session }: Connection): void {
    this.#devices = this.#devices.filter((one) => one.name !== name || one.session !== session)
  }

  status(now: number): MergedStatus {
    return merge(this.#devices.flatMap(({ status, until }) => (until > now ? [status] : [])))
  }

  foreground(now: number): ReadonlyArray<string> {
    return this.#devices.flatMap(({ ended, name, status, until }) =>
      !ended && until > now && status === "online" ? [name] : [],
    )
  }

  /** Forgets who is gone. What is returned: when one of them was last heard, or `undefined` when nobody was forgotten. */
  forget(now: number): number | undefined {
    const gone = this.#devices.filter(({ until }) => until <= now)
    if (gone.length === 0) return undefined
    this.#devices = this.#devices.filter(({ until }) => until > now)
    return Math.max(...gone.map(({ heardAt }) => heardAt))
  }

  get empty(): boolean {
    return this.#devices.length === 0
  }

  /** Somebody's grace runs. */
  get leaving(): boolean {
    return this.#devices.some(({ ended }) => ended)
  }

  #spoken({ device: name, session }: Connection, now: number): Device | undefined {
    const device = this.#devices.find((one) => one.name === name)
    if (device === undefined || device.session !== session || device.ended) return undefined
    hear(device, now)
    return device
  }
}

const hear = (device: Device, now: number): void => {
  device.heardAt = now
  device.until = now + OFFLINE_WITHOUT_BEAT_MS
}
