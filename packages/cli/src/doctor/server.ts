/** The server: does one run on the data, what does it say of itself; else, could one listen. */
import { existsSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Config } from "@parley/gateway/Config"
import type { Engines } from "@parley/gateway/engineSettings"
import { listenAt } from "@parley/runtime/cluster/peerSockets"
import { lockName } from "@parley/runtime/DataDirectory"
import { isBusy } from "@parley/runtime/eventStore/sqlite/sqliteFailure"
import * as Effect from "effect/Effect"
import { fail, type Finding, ok, warn } from "./Finding.ts"

const answerWithinMs = 5_000

/** Whether a process holds the data directory. */
export const serverRuns = (dataDir: string): boolean => {
  const file = join(dataDir, lockName)
  if (!existsSync(file)) return false
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: 0 })
    try {
      // Reading takes a shared lock, which a server's exclusive one keeps out.
      database.prepare("SELECT count(*) FROM sqlite_schema").get()
      return false
    } finally {
      database.close()
    }
  } catch (cause) {
    return isBusy(cause)
  }
}

const readinessUrl = ({ opsHost, opsPort }: Config): string =>
  `http://${opsHost.includes(":") ? `[${opsHost}]` : opsHost}:${opsPort}/readyz`

/** What the server says of itself; `undefined`: nobody answers. */
const readiness = (config: Config): Effect.Effect<Finding | undefined> =>
  Effect.promise(async () => {
    try {
      const response = await fetch(readinessUrl(config), { signal: AbortSignal.timeout(answerWithinMs) })
      const said = (await response.text()).trim().replaceAll("\n", "; ")
      return response.status === 200
        ? ok("server", "It runs and is ready.")
        : fail("server", `It runs and is not ready: ${said}.`, "See docs/operations.md, and its log.")
    } catch {
      return undefined
    }
  })

const askReadiness = (config: Config): Effect.Effect<Finding> =>
  Effect.map(
    readiness(config),
    (finding) =>
      finding ??
      warn(
        "server",
        `It runs, but ${readinessUrl(config)} does not answer.`,
        "Set PARLEY_OPS_HOST and PARLEY_OPS_PORT as the server has them.",
      ),
  )

const portFree = (what: string, key: string, host: string, port: number): Effect.Effect<Finding> =>
  Effect.callback((resume) => {
    if (port === 0) return resume(Effect.succeed(ok(what, "any free one")))
    const server = createServer()
    server.once("error", ({ code }: NodeJS.ErrnoException) =>
      resume(
        Effect.succeed(
          fail(what, `${host}:${port} cannot be listened on (${code}).`, `Set ${key}, or stop what uses it.`),
        ),
      ),
    )
    server.listen({ host, port, exclusive: true }, () =>
      server.close(() => resume(Effect.succeed(ok(what, `${host}:${port} is free`)))),
    )
    return undefined
  })

const ownPort = (config: Config): Effect.Effect<Finding> =>
  portFree("port", "PARLEY_HTTP_PORT", config.httpHost, config.httpPort)

const opsPort = (config: Config): Effect.Effect<Finding> =>
  portFree("operations port", "PARLEY_OPS_PORT", config.opsHost, config.opsPort)

export const examineServer = (config: Config, dataDir: string): Effect.Effect<ReadonlyArray<Finding>> =>
  serverRuns(dataDir)
    ? Effect.map(askReadiness(config), (finding) => [finding])
    : Effect.all([ownPort(config), opsPort(config)])

/** One of many holds nothing that says whether it runs: it is asked. */
export const examineNodeProcess = (
  config: Config,
  { role, cluster }: Engines,
): Effect.Effect<ReadonlyArray<Finding>> =>
  Effect.flatMap(readiness(config), (finding) => {
    if (finding !== undefined) return Effect.succeed([finding])
    const servesClients = role === "all" || role === "gateway"
    const address = cluster?.address
    return Effect.all([
      ...(servesClients ? [ownPort(config)] : []),
      opsPort(config),
      ...(address === undefined
        ? []
        : [portFree("runner port", "PARLEY_RUNNER_ADDRESS", listenAt(address).host, address.port)]),
    ])
  })
