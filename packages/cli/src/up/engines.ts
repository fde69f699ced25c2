/**
 * What the nodes of a `parley up` stand on: an event store, a Postgres and a Redis of its own.
 *
 * Always true: each listens on 127.0.0.1 alone and keeps its data in its own directory; Postgres and Redis want a password.
 */
import { execFile } from "node:child_process"
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { CommandFailed, said } from "../CommandFailed.ts"
import { type Around, start } from "./OwnProcess.ts"
import type { Secrets } from "./secrets.ts"
import { type User, userOfPostgres } from "./userOfPostgres.ts"

export interface EngineWanted {
  readonly directory: string
  readonly port: number
  readonly secrets: Secrets
}

/** Nothing of this shell's settings is theirs. */
const bare = { PATH: process.env["PATH"], LANG: "C.UTF-8" }

/** @param parley how this program is called, and `compiled` where what it compiles is kept. */
export const startEventStore = (
  { directory, port }: EngineWanted,
  parley: readonly [command: string, ...args: ReadonlyArray<string>],
  compiled: string | undefined,
  around: Around,
) =>
  start(
    {
      name: "event-store",
      command: parley[0],
      args: [...parley.slice(1), "event-store", "--port", String(port), "--data-dir", directory],
      env: { ...bare, NODE_COMPILE_CACHE: compiled },
      ready: "Event store listens on",
    },
    around,
  ).pipe(Effect.as(`esdb://127.0.0.1:${port}?tls=false`))

export const startRedis = (
  { directory, port, secrets }: EngineWanted,
  program: string,
  around: Around,
): ReturnType<typeof startEventStore> => {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const password = secrets.value("redis")
  // By its input: what stands on a command line everybody on the machine can read.
  const input = [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    `dir "${directory.replaceAll(/["\\]/g, "\\$&")}"`,
    // Nothing in it needs to be kept.
    'save ""',
    "appendonly no",
    "maxmemory-policy volatile-ttl",
    "",
  ].join("\n")
  return start(
    { name: "redis", command: program, args: ["-"], env: bare, input, ready: "Ready to accept connections" },
    around,
  ).pipe(Effect.as(`redis://:${password}@127.0.0.1:${port}`))
}

/** Under another name until it is whole: one that was cut off is made again. */
const initialize = Effect.fnUntraced(function* (
  { directory, secrets }: EngineWanted,
  binaries: string,
  user: User,
) {
  const [unfinished, password] = [`${directory}.new`, `${directory}.password`]
  const prepare = (): void => {
    rmSync(unfinished, { recursive: true, force: true })
    rmSync(password, { force: true })
    mkdirSync(unfinished, { mode: 0o700 })
    writeFileSync(password, secrets.value("postgres"), { mode: 0o600, flag: "wx" })
    if (user.uid !== undefined) for (const one of [unfinished, password]) chownSync(one, user.uid, user.gid!)
  }
  const options = ["--username=parley", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
  yield* Effect.tryPromise({
    try: async (signal) => {
      prepare()
      await promisify(execFile)(
        join(binaries, "initdb"),
        ["-D", unfinished, `--pwfile=${password}`, "--no-instructions", ...options],
        { ...user, env: bare, signal, cwd: "/" },
      )
      renameSync(unfinished, directory)
    },
    catch: (cause) =>
      new CommandFailed({
        reason: `Postgres cannot make its directory: ${said(cause)}`,
        ...(user.uid === undefined
          ? {}
          : {
              remedy: `It runs as the user postgres, who must be able to reach ${directory}: name another --data-dir, or run parley up as another user than root.`,
            }),
      }),
  }).pipe(Effect.ensuring(Effect.sync(() => rmSync(password, { force: true }))))
})

/** @param sessions how many its clients may have open. */
export const startPostgres = Effect.fnUntraced(function* (
  wanted: EngineWanted,
  binaries: string,
  sessions: number,
  around: Around,
) {
  const { directory, port, secrets } = wanted
  const user = yield* Effect.try({ try: userOfPostgres, catch: (cause) => cause as CommandFailed })
  if (!existsSync(directory)) yield* initialize(wanted, binaries, user)
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: String(sessions),
    lc_messages: "C",
  }
  yield* start(
    {
      name: "postgres",
      command: join(binaries, "postgres"),
      args: [
        "-D",
        directory,
        ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
      ],
      env: bare,
      ready: "database system is ready to accept connections",
      // Fast: sessions end, everything is flushed.
      stopBy: "SIGINT",
      ...user,
    },
    around,
  )
  return `postgres://parley:${secrets.value("postgres")}@127.0.0.1:${port}/postgres`
})
