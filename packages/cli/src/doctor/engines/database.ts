/** Postgres: that it is what is needed, has room for all processes, and who of them is alive. */
import { shardTimes } from "@parley/runtime/cluster/runnersPostgres"
import type { PostgresFailure, PostgresRefused } from "@parley/runtime/errors"
import { missing } from "@parley/runtime/postgres/migrate"
import { sessionsOfProcess } from "@parley/runtime/postgres/sessions"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { count } from "../../output.ts"
import { fail, type Finding, ok, warn } from "../Finding.ts"
import { type Blind, blind, type Look } from "./Look.ts"
import { migrationSets, type PostgresLook, type RunnerSeen, type Step } from "./lookAtPostgres.ts"

const reach = "See that it runs, that this machine reaches it, and PARLEY_DATABASE_URL."
const newer = "Run the version of Parley that made it, or a newer one."

const remedies: Readonly<Record<PostgresRefused["reason"], string>> = {
  bad_options: "Correct PARLEY_DATABASE_URL.",
  credentials: "Correct the user and the password in PARLEY_DATABASE_URL.",
  permission: "Give the user the right to connect and to create in the database: GRANT ALL ON DATABASE …",
  no_database: "Create the database: CREATE DATABASE … ENCODING 'UTF8'.",
  tls: "Correct sslmode and sslrootcert in PARLEY_DATABASE_URL, or the server's certificate.",
  too_old: "Upgrade Postgres.",
  encoding: "Create a database with ENCODING 'UTF8'.",
  not_durable: "Set fsync and synchronous_commit to on, for the server and for Parley's user.",
  newer_schema: newer,
  foreign_schema: "Give Parley a database of its own.",
}

export const noPostgres = (failure: PostgresFailure): Blind =>
  failure._tag === "PostgresUnavailable"
    ? blind(`${failure.reason}.`, reach)
    : blind(`${failure.detail}.`, remedies[failure.reason])

const examineSchema = (steps: ReadonlyArray<Step>): Finding => {
  const name = "schema"
  const judged = Effect.runSync(
    Effect.result(
      Effect.forEach(migrationSets, (set) =>
        missing(
          set,
          steps.filter((step) => step.set === set.name),
        ),
      ),
    ),
  )
  if (Result.isFailure(judged))
    return fail(name, `${judged.failure.detail}.`, remedies[judged.failure.reason])
  const ahead = judged.success.flat().length
  if (steps.length === 0) return ok(name, "There is none yet: the first start makes it.")
  return ahead === 0
    ? ok(name, `as this version knows it, ${count(steps.length, "step")}`)
    : ok(name, `${count(ahead, "step")} of this version are taken by the next start`)
}

/** Beyond this share in use a restart of many at once may find none. */
const crowded = 0.9

/** At least a gateway and a projector beside the runners. */
const examineSessions = ({ most, used }: PostgresLook["sessions"], processes: number): Finding => {
  const name = "sessions"
  const needed = processes * sessionsOfProcess
  const detail = `${used} of ${most} in use`
  const remedy = `Raise max_connections: ${sessionsOfProcess} for each process, and what others use.`
  if (most < needed)
    return warn(name, `${detail}; ${count(processes, "process", "processes")} may need ${needed}.`, remedy)
  return used > most * crowded ? warn(name, `${detail}.`, remedy) : ok(name, detail)
}

/** Silent for longer, a runner has lost its conversations to the others. */
const expirationMs = Duration.toMillis(Duration.fromInputUnsafe(shardTimes.shardLockExpiration))

const isAlive = ({ silentMs }: RunnerSeen): boolean => silentMs < expirationMs

export const examineRunners = (runners: ReadonlyArray<RunnerSeen>): Finding => {
  const name = "runners"
  const alive = runners.filter(isAlive)
  if (alive.length === 0)
    return warn(name, "None is alive: conversations answer unavailable.", "Start runners: docs/nodes.md.")
  const detail = `${alive.length} alive: ${alive.map(({ address }) => address).join(", ")}`
  const unwell = alive.filter(({ healthy }) => !healthy)
  if (unwell.length > 0)
    return warn(
      name,
      `${detail}; the others do not reach ${unwell.map(({ address }) => address).join(", ")}.`,
      "See that each node reaches the PARLEY_RUNNER_ADDRESS of each runner, and PARLEY_CLUSTER_SECRET is the same on all.",
    )
  const silent = runners.filter((runner) => !isAlive(runner))
  return silent.length === 0
    ? ok(name, detail)
    : warn(
        name,
        `${detail}; silent: ${silent.map(({ address, silentMs }) => `${address} for ${Math.round(silentMs / 1_000)} s`).join(", ")}.`,
        "See whether it still runs; its conversations are with the others.",
      )
}

/** @param expected whether there should be runners; else one process may be all there is. */
export const examineDatabase = (database: Look<PostgresLook>, expected: boolean): ReadonlyArray<Finding> => {
  if (database._tag === "Blind") return [fail("postgres", database.detail, database.remedy)]
  const { version, synchronousCommit, sessions, steps, runners } = database.seen
  const clustered = expected || runners.length > 0
  const processes = clustered ? runners.filter(isAlive).length + 2 : 1
  return [
    ok("postgres", `Postgres ${version}, synchronous_commit ${synchronousCommit}`),
    examineSchema(steps),
    examineSessions(sessions, processes),
    ...(clustered ? [examineRunners(runners)] : []),
  ]
}
