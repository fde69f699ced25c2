/**
 * Watches the connections: asks them for a sign of life, has everything listened to again on a new one, and says when they come and go.
 *
 * Always true: connected means that commands are taken and that the listening connection is up; a reason says what kind of failure it
 * was, never with what it was sent.
 */
import type { Cluster, Redis } from "ioredis"
import { Channels } from "./Channels.ts"
import type { Clustered, Standalone } from "./openClients.ts"

export interface SupervisionOptions {
  readonly connectTimeoutMs: number
  readonly pingEveryMs: number
  readonly say: (what: "connected" | "away", reason: string) => void
}

/** Changes of a cluster come in flocks. */
const SETTLE_MS = 100
const MOST_SETTLE_MS = 3_000

/** Until an error says more. */
const CLOSED = "closed"

/** `ECONNREFUSED`, `WRONGPASS`, …: the first word alone, since what follows may quote what was sent. */
export const reasonOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return "unknown"
  if (/\btimed? ?out\b/i.test(cause.message)) return "timeout"
  const code = (cause as NodeJS.ErrnoException).code ?? /^[A-Z]{4,}/.exec(cause.message)?.[0]
  return code ?? cause.name
}

class Supervision {
  connected = false
  lost = 0
  ended = false
  reason = CLOSED
  readonly #listeners = new Set<() => void>()
  readonly #say: SupervisionOptions["say"]
  #said: "connected" | "away" = "connected"

  constructor(say: SupervisionOptions["say"]) {
    this.#say = say
  }

  readonly onConnected = (told: () => void): (() => void) => {
    const own = (): void => told()
    this.#listeners.add(own)
    if (this.connected) own()
    return () => void this.#listeners.delete(own)
  }

  update(connected: boolean): void {
    if (this.ended || connected === this.connected) return
    this.connected = connected
    if (!connected) this.lost++
    this.say(connected ? "connected" : "away")
    if (connected) this.reason = CLOSED
    if (connected) for (const told of this.#listeners) told()
  }

  /** Once for each going and coming back. */
  say(what: "connected" | "away"): void {
    if (this.#said === what) return
    this.#said = what
    this.#say(what, this.reason)
  }
}

const isUp = ({ status }: Redis | Cluster): boolean => status === "ready"
const ignore = (): void => undefined

export const superviseClients = (clients: Standalone | Clustered, options: SupervisionOptions) => {
  const supervision = new Supervision(options.say)
  const ends: Array<() => void> = []
  const on = (
    client: Redis | Cluster,
    event: string,
    act: (...told: ReadonlyArray<unknown>) => void,
  ): void => {
    client.on(event, act)
    ends.push(() => void client.off(event, act))
  }
  const every = (ms: number, act: () => void): void => {
    const timer = setInterval(act, ms)
    ends.push(() => clearInterval(timer))
  }
  const failed = (cause: unknown): void => {
    supervision.reason = reasonOf(cause)
  }
  const channels =
    clients._tag === "Standalone"
      ? watchPair(clients, supervision, on, every, options.pingEveryMs)
      : watchCluster(clients, supervision, on, every, ends, options.pingEveryMs)
  for (const client of clientsOf(clients))
    for (const event of ["error", "node error", "nodeError"]) on(client, event, failed)

  const firstConnection = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      supervision.say("away")
      resolve()
    }, options.connectTimeoutMs)
    const end = supervision.onConnected(() => {
      clearTimeout(timer)
      setImmediate(() => end())
      resolve()
    })
    ends.push(() => clearTimeout(timer))
  })
  return {
    channels,
    firstConnection,
    supervision: Object.assign(supervision, {
      end: (): void => {
        supervision.ended = true
        supervision.connected = false
        for (const end of ends) end()
        channels.disconnected()
        for (const client of clientsOf(clients)) {
          client.on("error", ignore)
          client.disconnect()
        }
      },
    }),
  }
}

const clientsOf = (clients: Standalone | Clustered): ReadonlyArray<Redis | Cluster> =>
  clients._tag === "Standalone" ? [clients.commands, clients.listening] : [clients.commands]

type On = (client: Redis | Cluster, event: string, act: (...told: ReadonlyArray<unknown>) => void) => void
type Every = (ms: number, act: () => void) => void

const watchPair = (
  { commands, listening }: Standalone,
  supervision: Supervision,
  on: On,
  every: Every,
  pingEveryMs: number,
): Channels => {
  const channels = new Channels({
    subscribe: (names) => listening.subscribe(...names),
    unsubscribe: (names) => listening.unsubscribe(...names),
    reset: () => listening.disconnect(true),
  })
  const look = (): void => supervision.update(isUp(commands) && isUp(listening))
  listening.on("messageBuffer", (channel: Buffer, payload: Buffer) =>
    channels.take(channel.toString(), payload),
  )
  on(listening, "ready", () => channels.connected())
  on(listening, "close", () => channels.disconnected())
  for (const client of [commands, listening]) for (const event of ["ready", "close"]) on(client, event, look)
  // Whoever owes an answer for too long is taken for dead by ioredis; this asks, lest nobody does.
  every(pingEveryMs, () => {
    for (const client of [commands, listening]) if (isUp(client)) client.ping().catch(ignore)
  })
  return channels
}

const watchCluster = (
  { commands }: Clustered,
  supervision: Supervision,
  on: On,
  every: Every,
  ends: Array<() => void>,
  pingEveryMs: number,
): Channels => {
  let settling: NodeJS.Timeout | undefined
  /** Where channels are may have changed: listening anew to what stands already changes nothing. */
  const changed = (): void => {
    if (supervision.ended) return
    channels.disconnected()
    if (!isUp(commands)) supervision.update(false)
    clearTimeout(settling)
    const settlement = ++settlings
    settling = setTimeout(
      () => void settled(settlement),
      Math.min(MOST_SETTLE_MS, SETTLE_MS * 2 ** Math.min(refusals, 10)),
    )
  }
  let settlings = 0
  /** In a row: a node may be gone for long. */
  let refusals = 0
  const settled = async (settlement: number): Promise<void> => {
    // Nodes are connected to by their first command, and until then refuse all that follow it.
    const waiting = commands.nodes("master").filter(({ status }) => status === "wait")
    await Promise.all(waiting.map((node) => node.connect().catch(ignore)))
    if (settlement !== settlings || supervision.ended || !isUp(commands)) return
    channels.connected()
    supervision.update(true)
  }
  const channels = new Channels({
    // Each has a slot of its own.
    subscribe: (names) => Promise.all(names.map((name) => commands.ssubscribe(name))),
    unsubscribe: (names) => Promise.all(names.map((name) => commands.sunsubscribe(name))),
    reset: () => {
      refusals++
      changed()
    },
  })
  ends.push(
    () => clearTimeout(settling),
    channels.onLoss(() => (refusals = 0)),
  )
  commands.on("smessageBuffer", (channel: Buffer, payload: Buffer) =>
    channels.take(channel.toString(), payload),
  )
  for (const event of ["ready", "close", "+node", "-node", "-subscriber", "subscribersReady"])
    on(commands, event, changed)
  every(pingEveryMs, () => {
    for (const node of commands.nodes("master")) if (isUp(node)) node.ping().catch(ignore)
  })
  return channels
}
