/** Row: how long a server takes to serve that has much to serve. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { layer as eventStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { KeyVault } from "@parley/runtime/KeyVault"
import { layer as keyVault } from "@parley/runtime/keyVault/KeyVaultSqlite"
import * as Effect from "effect/Effect"
import { freePort } from "@parley/runtime/freePort"
import { compiled } from "@parley/testkit/compiled"
import { withPrepared } from "../harness/prepared.ts"
import { partner, writeLog, writer } from "../harness/syntheticLog.ts"
import type { Figure, Row } from "../table/Row.ts"

const root = new URL("../../", import.meta.url).pathname

interface Started {
  /** Until `/readyz` says so, milliseconds. */
  readonly ms: number
  readonly ops: string
  readonly child: ChildProcess
}

const start = async (directory: string): Promise<Started> => {
  const [port, opsPort] = [await freePort(), await freePort()]
  const from = performance.now()
  const child = spawn(process.execPath, [join(root, "packages/gateway/src/main.ts")], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      ...compiled,
      PARLEY_HTTP_PORT: String(port),
      PARLEY_OPS_PORT: String(opsPort),
      PARLEY_DATA_DIR: directory,
      PARLEY_DEV_LOGIN: "true",
      PARLEY_LOG_LEVEL: "error",
    },
  })
  const ops = `http://127.0.0.1:${opsPort}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    const ready = await fetch(`${ops}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return { ms: performance.now() - from, ops, child }
    await pause(5)
  }
}

const stop = async ({ child }: Started): Promise<void> => {
  child.kill("SIGTERM")
  await once(child, "exit")
}

const timeOf = async (directory: string): Promise<number> => {
  const started = await start(directory)
  await stop(started)
  return started.ms
}

const bytesIn = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0)

/** A log with the vault that belongs to it, and models that have come to its end. */
const fill = async (directory: string, conversations: number): Promise<void> => {
  await Effect.gen(function* () {
    const vault = yield* KeyVault
    for (const person of [writer, partner]) yield* vault.dataKey(person)
    yield* writeLog({ conversations, each: 500, bodyBytes: 900 })
  }).pipe(
    Effect.provide(eventStore({ file: join(directory, "events.db") })),
    Effect.provide(
      keyVault({ file: join(directory, "keys.db"), masterKeyFile: join(directory, "master.key") }),
    ),
    Effect.scoped,
    Effect.runPromise,
  )
  const started = await start(directory)
  for (;;) {
    const metrics = await (await fetch(`${started.ops}/metrics`)).text()
    const lags = [...metrics.matchAll(/^parley_model_lag\{[^}]*\} (\d+)$/gm)].map(([, lag]) => Number(lag))
    if (lags.length > 0 && lags.every((lag) => lag === 0)) break
    await pause(200)
  }
  await stop(started)
}

const emptyStart = async (): Promise<number> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  try {
    return await timeOf(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

export const coldStart: Row = {
  name: "cold-start",
  what: "cold start to ready, 1 GB of data",
  unit: "ms",
  budget: { atMost: 3_000 },
  floor: "the same server on an empty directory",
  limit:
    "Types stripped and code compiled in ten threads (a profile shows nothing that grows with the data); an empty directory is ready before the threads of its models are. What was compiled once is kept, as `npm start` does. The kernel has the files' pages in its cache: a disk just mounted would add its own time.",
  measure: ({ rounds, quick, keep }) => {
    const conversations = quick ? 10 : 600
    return withPrepared(
      keep === undefined ? {} : { keep },
      `cold-${conversations}`,
      (directory) => fill(directory, conversations),
      async (directory) => {
        if (!quick && bytesIn(directory) < 1e9) throw new Error(`only ${bytesIn(directory)} bytes of data`)
        const figures: Array<Figure> = []
        for (let round = 0; round < rounds; round++)
          figures.push({ floor: await emptyStart(), measured: await timeOf(directory) })
        return figures
      },
    )
  },
}
