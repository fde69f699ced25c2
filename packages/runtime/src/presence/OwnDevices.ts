/**
 * What this gateway says to the others of its own connections.
 *
 *   connect, say, end ──► at once          all that live ──► again each heartbeat, a tenth at a time, and all after a reconnect
 *
 * Always true: whatever Redis forgets is there again within one heartbeat, from the connections that live; a device that a later
 * connection took over elsewhere is given up when that is heard. A beat sends nothing: the next heartbeat carries it.
 */
import { type Connection, type DeviceStatus, type Ending, graceMs } from "../Presence.ts"
import type { RedisLink } from "../redis/RedisLink.ts"
import type { Device } from "./Devices.ts"
import type { PresenceTable } from "./PresenceTable.ts"
import { putAnswer, putDevice } from "./presenceEntries.ts"

interface Own {
  readonly connection: Connection
  /** What orders the device's connections; empty until Redis has given one. */
  stamp: string
  /** Its status is its own, and not to be taken from an earlier connection elsewhere. */
  said: boolean
}

export interface OwnDevicesOptions {
  readonly table: PresenceTable
  readonly link: Pick<RedisLink["Service"], "run" | "cluster">
  readonly keyOf: (user: string) => string
  readonly gateway: string
  /** How long the others believe a line that is not renewed. */
  readonly leaseMs: number
  readonly now: () => number
}

/** In one turn of the loop, after a reconnect. */
const AT_ONCE = 200

const nameOf = ({ device, user }: Connection): string => `${user}\n${device}`

export class OwnDevices {
  readonly #own = new Map<string, Own>()
  readonly #options: OwnDevicesOptions
  readonly #put: ReturnType<typeof putDevice>
  #round: Iterator<Own> | undefined

  constructor(options: OwnDevicesOptions) {
    this.#options = options
    this.#put = putDevice(options.link.cluster ? "SPUBLISH" : "PUBLISH")
  }

  connect(connection: Connection): void {
    const { table } = this.#options
    const said = this.#deviceOf(connection.user, connection.device) !== undefined
    table.connect(connection)
    const own: Own = { connection, stamp: "", said }
    this.#own.set(nameOf(connection), own)
    this.#tell(own)
  }

  say(connection: Connection, status: DeviceStatus): void {
    const before = this.#deviceOf(connection.user, connection.device)?.status
    this.#options.table.say(connection, status)
    const own = this.#ownOf(connection)
    if (own === undefined) return
    const news = !own.said || before !== status
    own.said = true
    if (news) this.#tell(own)
  }

  end(connection: Connection, how: Ending): void {
    const own = this.#ownOf(connection)
    const device = this.#deviceOf(connection.user, connection.device)
    this.#options.table.end(connection, how)
    if (own === undefined) return
    this.#own.delete(nameOf(connection))
    if (device === undefined) return
    const heardAt = how === "silent" ? device.heardAt : this.#options.now()
    void this.#send(own, device.status, graceMs[how], heardAt, true)
  }

  /** Whether it is this gateway's to say what the device is, as nobody has heard yet. */
  unheard(user: string, device: string): boolean {
    return this.#own.get(nameOf({ user, device, session: "" }))?.stamp === ""
  }

  /** Renews the next of a round, `part` of them all. */
  renew(part: number): void {
    this.#some(Math.ceil(this.#own.size * part))
  }

  /** Renews all, others' work between. */
  renewAll(): void {
    this.#round = undefined
    const next = (left: number): void => {
      this.#some(Math.min(AT_ONCE, left))
      if (left > AT_ONCE) setImmediate(next, left - AT_ONCE)
    }
    next(this.#own.size)
  }

  /** Goes on where it stopped, round after round; nobody twice in one call. */
  #some(most: number): void {
    for (let left = Math.min(most, this.#own.size); left > 0; left--) {
      let next = this.#round?.next()
      if (next === undefined || next.done === true) {
        this.#round = this.#own.values()
        next = this.#round.next()
      }
      if (next.done === true) return
      this.#tell(next.value)
    }
  }

  #ownOf(connection: Connection): Own | undefined {
    const own = this.#own.get(nameOf(connection))
    return own?.connection.session === connection.session ? own : undefined
  }

  #deviceOf(user: string, name: string): Readonly<Device> | undefined {
    return this.#options.table.devicesOf(user).find((one) => one.name === name)
  }

  #tell(own: Own): void {
    const { leaseMs, now } = this.#options
    const { connection } = own
    const device = this.#deviceOf(connection.user, connection.device)
    // Its time ran out: what others believe ends with its lease.
    if (device === undefined) this.#drop(own)
    else void this.#send(own, device.status, Math.min(device.until - now(), leaseMs), device.heardAt, false)
  }

  /** May fail: the next heartbeat says it again. */
  async #send(
    own: Own,
    status: DeviceStatus,
    remainingMs: number,
    heardAt: number,
    ended: boolean,
  ): Promise<void> {
    const { gateway, keyOf, link, now, table } = this.#options
    const { connection } = own
    const { device, session, user } = connection
    const [id, said] = [encodeURIComponent(session), own.said ? status : ""]
    const spans = [Math.max(0, Math.floor(remainingMs)), Math.max(0, Math.floor(now() - heardAt))]
    const line = [device, gateway, id, own.stamp, said, ...spans, ended ? 1 : 0, gateway]
    const answer = await link.run(this.#put, [keyOf(user)], line).catch(() => undefined)
    if (answer === undefined || this.#ownOf(connection) !== own) return
    const put = putAnswer(answer)
    if (put === undefined) {
      this.#drop(own)
      table.yield(connection)
      return
    }
    own.stamp = put.stamp
    if (own.said) return
    own.said = true
    table.adopt(connection, put.status)
  }

  #drop(own: Own): void {
    if (this.#ownOf(own.connection) === own) this.#own.delete(nameOf(own.connection))
  }
}
