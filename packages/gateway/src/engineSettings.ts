/**
 * The settings of engines and roles: on what the server keeps its state, and which part of the server this process is.
 *
 * Always true: either everything is embedded and one process is all there is, or log and database are both elsewhere; a mixture, and a
 * role without what it needs, is refused at start. No URL, which may hold a password, is in a message.
 */
import * as Redacted from "effect/Redacted"
import type { Place } from "@parley/runtime/cluster/peerSockets"
import type { Variable } from "./Config.ts"

export const roles = ["all", "gateway", "runner", "projector"] as const
export type Role = (typeof roles)[number]

/** A log and a database of their own, shared by all processes. */
export interface Engines {
  readonly role: Role
  /** `esdb://…` or `esdb+discover://…`. */
  readonly eventStore: Redacted.Redacted
  /** `postgres://…`. */
  readonly database: Redacted.Redacted
  /** Absent: entities are in this process alone. */
  readonly cluster?: {
    readonly secret: Redacted.Redacted
    /** Where peers reach this runner. Absent: it holds no entities. */
    readonly address?: Place
  }
}

const keys = {
  role: "PARLEY_ROLE",
  eventStore: "PARLEY_EVENT_STORE",
  database: "PARLEY_DATABASE_URL",
  address: "PARLEY_RUNNER_ADDRESS",
  secret: "PARLEY_CLUSTER_SECRET",
} as const

export const engineVariables: ReadonlyArray<Variable> = [
  {
    key: keys.eventStore,
    fallback: "embedded",
    about: "or EventStoreDB's `esdb://…`, together with `PARLEY_DATABASE_URL`",
  },
  {
    key: keys.database,
    fallback: "",
    about: "`postgres://…`: read models, keys, indexes and the cluster's locks; empty: embedded",
  },
  { key: keys.role, fallback: "all", about: `what this process is: ${roles.join(", ")}` },
  {
    key: keys.address,
    fallback: "",
    about: "`host:port` at which other nodes reach this one's conversations and users",
  },
  {
    key: keys.secret,
    fallback: "",
    about: "by which nodes know each other, at least 32 bytes, the same on all",
  },
]

const protocols: Readonly<Record<"eventStore" | "database", ReadonlyArray<string>>> = {
  eventStore: ["esdb:", "esdb+discover:"],
  database: ["postgres:", "postgresql:"],
}

const placeOf = (text: string): Place | undefined => {
  const [, host, port] = /^([^\s:]+|\[[0-9a-fA-F:]+\]):(\d{1,5})$/.exec(text) ?? []
  return host === undefined || Number(port) < 1 || Number(port) > 65_535
    ? undefined
    : { host: host.replace(/^\[|\]$/g, ""), port: Number(port) }
}

/** `undefined`: everything is embedded. `secret` reads a key and finds fault with a short one. */
export const readEngineSettings = (
  text: (key: string) => string | undefined,
  secret: (key: string) => Redacted.Redacted | undefined,
  given: {
    readonly streamSecret: boolean
    readonly masterKeyFile: boolean
    readonly redis: boolean
    readonly accessKeys: boolean
  },
  problems: Array<string>,
): Engines | undefined => {
  const before = problems.length
  const url = (name: "eventStore" | "database"): Redacted.Redacted | undefined => {
    const value = text(keys[name])
    if (value === undefined || (name === "eventStore" && value === "embedded")) return undefined
    if (!URL.canParse(value) || !protocols[name].includes(new URL(value).protocol)) {
      problems.push(`${keys[name]}: expected a URL such as ${protocols[name][0]}//host`)
      return undefined
    }
    return Redacted.make(value)
  }
  const role = roles.find((one) => one === (text(keys.role) ?? "all"))
  if (role === undefined) problems.push(`${keys.role}: expected ${roles.join(", ")}`)
  const [eventStore, database] = [url("eventStore"), url("database")]
  const clusterSecret = secret(keys.secret)
  const place = text(keys.address)
  const address = place === undefined ? undefined : placeOf(place)
  if (place !== undefined && address === undefined) problems.push(`${keys.address}: expected host:port`)
  if (problems.length > before) return undefined

  const elsewhere = eventStore !== undefined
  if (elsewhere !== (database !== undefined))
    problems.push(
      elsewhere
        ? `${keys.database}: needed, as the log is not embedded`
        : `${keys.eventStore}: needed, as the database is not embedded`,
    )
  const alone = role === "all" && address === undefined
  if (!elsewhere && !alone)
    problems.push(`${keys.role}: one process is all there is where the log is embedded`)
  if (!alone && !given.redis) problems.push("PARLEY_REDIS_URL: needed where there are several processes")
  if (!alone && clusterSecret === undefined)
    problems.push(`${keys.secret}: needed where there are several processes`)
  if (role === "runner" && address === undefined) problems.push(`${keys.address}: needed by a runner`)
  if (role !== "runner" && role !== "all" && address !== undefined)
    problems.push(`${keys.address}: a ${role} holds no conversations`)
  if (!alone && !given.accessKeys)
    problems.push("PARLEY_JWT_SECRET: needed (or PARLEY_JWKS_URL) where there are several processes")
  if (!alone && !given.streamSecret)
    problems.push("PARLEY_STREAM_SECRET: needed where there are several processes")
  if (elsewhere && !given.masterKeyFile)
    problems.push("PARLEY_MASTER_KEY_FILE: needed, as the keys that it wraps are in a database")
  if (problems.length > before || eventStore === undefined || database === undefined) return undefined
  return {
    role: role!,
    eventStore,
    database,
    ...(alone || clusterSecret === undefined
      ? {}
      : { cluster: { secret: clusterSecret, ...(address === undefined ? {} : { address }) } }),
  }
}
