/**
 * A whole Parley of many processes on this machine, as an operator runs it: an event store, Postgres, Redis, and as many gateways, runners
 * and projectors as wanted.
 *
 * Always true: whoever starts it stops it, and `stop` leaves neither a process nor a file behind. All are real processes that can be killed.
 */
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { freePort } from "@parley/runtime/freePort"
import { connectionString, type RunningEventStore, startEventStoreServer } from "../startEventStoreServer.ts"
import { type RunningProcess, startProcess } from "../parleyProcess.ts"
import { postgresBinaries, startPostgres, type ThrowawayPostgres } from "../throwawayPostgres.ts"
import { startRedis, type ThrowawayRedis } from "../throwawayRedis.ts"
import { programOnPath, requirement } from "../requirement.ts"
import { type Network, type Place, startNetwork } from "./network.ts"

/** They share few cores while they start. */
const startWithinMs = 90_000

export interface NodesWanted {
  readonly gateways?: number
  readonly runners?: number
  readonly projectors?: number
  /** For all processes. */
  readonly env?: Readonly<Record<string, string>>
  /** Each process but Postgres's in a network namespace of its own: see `networkIsHere`. */
  readonly apart?: boolean
}

export interface Nodes {
  readonly gateways: ReadonlyArray<RunningProcess>
  readonly runners: ReadonlyArray<RunningProcess>
  readonly projectors: ReadonlyArray<RunningProcess>
  readonly eventStore: RunningEventStore
  readonly postgres: ThrowawayPostgres
  readonly redis: ThrowawayRedis
  /** What every process was told, to start one more. */
  readonly env: Readonly<Record<string, string>>
  /** Where they are `apart`. Its places: `eventStore`, `redis`, and `gateway0`, `runner0`, `projector0`, … */
  readonly network: Network | undefined
  readonly stop: () => Promise<void>
}

/** A node is made of processes that this machine has. */
export const nodesAreHere = (): boolean =>
  requirement("postgres", postgresBinaries() !== undefined) &&
  requirement("redis-server", programOnPath("redis-server") !== undefined)

const namesOf = (role: string, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, place) => `${role}${place}`)

export const startNodes = async (wanted: NodesWanted = {}): Promise<Nodes> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-nodes-"))
  const ends: Array<() => Promise<unknown>> = [
    () => Promise.resolve(rmSync(directory, { recursive: true, force: true })),
  ]
  const stop = async (): Promise<void> => {
    for (const end of ends.reverse().splice(0)) await end()
  }
  const ended = <A extends { readonly stop: () => Promise<unknown> }>(one: A): A => {
    ends.push(one.stop)
    return one
  }
  const projectorNames = namesOf("projector", wanted.projectors ?? 1)
  const runnerNames = namesOf("runner", wanted.runners ?? 2)
  const gatewayNames = namesOf("gateway", wanted.gateways ?? 2)
  try {
    const network =
      wanted.apart === true
        ? startNetwork(["eventStore", "redis", ...projectorNames, ...runnerNames, ...gatewayNames])
        : undefined
    if (network !== undefined) ends.push(() => Promise.resolve(network.stop()))
    const placeOf = (name: string): Partial<Place> => network?.place(name) ?? {}
    const [eventStore, postgres, redis] = await Promise.all([
      startEventStoreServer(placeOf("eventStore")).then(ended),
      // Each process has sessions for the database, the locks and what it listens to.
      startPostgres({ max_connections: "200" }).then(ended),
      startRedis(placeOf("redis")).then(ended),
    ])
    const masterKey = join(directory, "master.key")
    writeFileSync(masterKey, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 })
    const env = {
      PARLEY_EVENT_STORE: connectionString(eventStore.endpoint),
      PARLEY_DATABASE_URL: postgres.url,
      PARLEY_REDIS_URL: redis.url,
      PARLEY_MASTER_KEY_FILE: masterKey,
      PARLEY_STREAM_SECRET: randomBytes(32).toString("hex"),
      PARLEY_CLUSTER_SECRET: randomBytes(32).toString("hex"),
      PARLEY_JWT_SECRET: randomBytes(32).toString("hex"),
      ...wanted.env,
    }
    const startAll = (
      role: string,
      names: ReadonlyArray<string>,
      more: (place: Partial<Place>) => Promise<Readonly<Record<string, string>>> = () => Promise.resolve({}),
    ) =>
      Promise.all(
        names.map(async (name) => {
          const place = placeOf(name)
          const own = { ...env, PARLEY_ROLE: role, ...(await more(place)) }
          return ended(await startProcess({ env: own, startWithinMs, ...place }))
        }),
      )
    // Who is stopped first was started last: gateways leave before what they ask.
    const projectors = await startAll("projector", projectorNames)
    const runners = await startAll("runner", runnerNames, async ({ host = "127.0.0.1" }) => ({
      PARLEY_RUNNER_ADDRESS: `${host}:${await freePort()}`,
    }))
    const gateways = await startAll("gateway", gatewayNames)
    return { gateways, runners, projectors, eventStore, postgres, redis, env, network, stop }
  } catch (cause) {
    await stop()
    throw cause
  }
}
