/** The event store, and whether what follows its log is of the same log and keeps up. */
import type { StoreRefused, StoreUnavailable } from "@parley/runtime/errors"
import type { LogLook } from "@parley/runtime/eventStore/eventStoreDb/lookAtLog"
import { fail, type Finding, ok, warn } from "../Finding.ts"
import { type Blind, blind, type Look } from "./Look.ts"
import { indexName, modelNames, type Place } from "./lookAtPostgres.ts"

export const noLog = (failure: StoreRefused | StoreUnavailable): Blind =>
  failure._tag === "StoreRefused"
    ? blind(`${failure.path} cannot be used: ${failure.detail}.`, "Correct PARLEY_EVENT_STORE.")
    : blind(
        `${failure.reason}.`,
        "See that it runs, that this machine reaches it, and PARLEY_EVENT_STORE: TLS, user and password.",
      )

export const examineEventStore = (log: Look<LogLook>): Finding => {
  const name = "event store"
  if (log._tag === "Blind") return fail(name, log.detail, log.remedy)
  const { address, epoch, last } = log.seen
  return epoch === undefined
    ? ok(name, `${address} answers; nobody has begun the log: the first start does.`)
    : ok(name, `${address}, up to position ${last?.position ?? -1} of epoch ${epoch}`)
}

interface Follower {
  /** As a finding. */
  readonly check: string
  /** As places. */
  readonly names: ReadonlyArray<string>
  readonly remedy: string
}

const followers: ReadonlyArray<Follower> = [
  {
    check: "read models",
    names: modelNames,
    remedy: "See that a projector of this version runs, and what its /readyz and its log say.",
  },
  {
    check: indexName,
    names: [indexName],
    remedy: "Projectors move it: see that one runs, and what its log says of the log index.",
  },
]

/** In the order in which they were looked at: what moves meanwhile is neither taken for late nor for lost. */
export interface FollowersLook {
  readonly log: LogLook
  readonly earlier: ReadonlyArray<Place>
  readonly now: ReadonlyArray<Place>
  readonly logSince: LogLook
}

export const isBehind = (places: ReadonlyArray<Place>, { epoch, last }: LogLook): boolean =>
  last !== undefined && places.some((place) => place.epoch === epoch && place.position < last.position)

const at = (places: ReadonlyArray<Place>): string =>
  places.map(({ name, position }) => `${name} at ${position}`).join(", ")

/** Models that are further than the log ever was in this epoch. The index counts places of others on the same server as well. */
export const areBeyond = (places: ReadonlyArray<Place>, { epoch, last }: LogLook): ReadonlyArray<Place> =>
  places.filter(
    (place) =>
      modelNames.includes(place.name) && place.epoch === epoch && place.position > (last?.position ?? -1),
  )

const examineFollower = (
  { check, names, remedy }: Follower,
  { earlier, now, log: { epoch, last }, logSince }: FollowersLook,
): Finding => {
  const there = now.filter(({ name }) => names.includes(name))
  if (epoch === undefined && there.length === 0)
    return ok(check, "There is none yet, and no log: the first start makes it.")
  const foreign = there.filter((place) => place.epoch !== epoch)
  if (foreign.length > 0)
    return warn(
      check,
      `${foreign.map(({ name }) => name).join(", ")} of epoch ${foreign[0]!.epoch}, which is not the log's: nothing of it is used.`,
      `It is built anew for the log's epoch by itself. ${remedy}`,
    )
  const absent = names.filter((name) => !there.some((place) => place.name === name))
  if (absent.length > 0)
    return warn(check, `Not there yet: ${absent.join(", ")}. It is built from the log.`, remedy)
  const beyond = areBeyond(there, logSince)
  if (beyond.length > 0)
    return fail(
      check,
      `Beyond the log's end, ${logSince.last?.position ?? -1}: ${at(beyond)}. The log was put back to an older state.`,
      "Stop all processes and begin a new epoch: docs/operations.md, “Restore with engines”.",
    )
  const head = last?.position ?? -1
  const behind = there.filter(({ position }) => position < head)
  if (behind.length === 0) return ok(check, `${names.join(", ")}: at the log's end`)
  const stands = behind.filter(({ name, position }) =>
    earlier.some((place) => place.name === name && place.position === position),
  )
  return stands.length > 0
    ? fail(check, `Standing still before the log's end, ${head}: ${at(stands)}.`, remedy)
    : warn(check, `Behind the log's end, ${head}, and moving: ${at(behind)}.`, "Wait, and ask again.")
}

export const examineFollowers = (seen: FollowersLook): ReadonlyArray<Finding> =>
  followers.map((follower) => examineFollower(follower, seen))
