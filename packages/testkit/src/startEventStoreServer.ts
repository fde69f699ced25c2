/**
 * The embedded event store served over EventStoreDB's protocol, for tests: in this process, or as `parley event-store` in one of its own
 * that can be killed.
 *
 *     const { endpoint } = yield* eventStoreServer()              // in process; ends with the scope
 *     const server = await startEventStoreServer()                // a process; server.kill9(), server.restart(), server.stop()
 *     EventStoreDBClient.connectionString`${connectionString(server.endpoint)}`
 *
 * Always true: both take a port outside the range of outgoing connections, and a process keeps it over its restarts.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { StoreRefused, StoreUnavailable } from "@parley/runtime/errors"
import { layer as sqliteStore } from "@parley/runtime/eventStore/EventStoreSqlite"
import { EventStore } from "@parley/runtime/EventStore"
import {
  EventStoreServer,
  type EventStoreServerOptions,
  layer as served,
} from "@parley/runtime/eventStoreServer/EventStoreServer"
import type { ServerRefused } from "@parley/runtime/eventStoreServer/listen"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { freePort } from "@parley/runtime/freePort"
import { compiled } from "./compiled.ts"
import { temporaryDirectory } from "./temporaryDirectory.ts"

/** What the official client takes. */
export const connectionString = (endpoint: string): string => `esdb://${endpoint}?tls=false`

export interface ServedStore {
  /** `127.0.0.1:port`. */
  readonly endpoint: string
  readonly port: number
  /** The store behind the server. */
  readonly store: EventStore["Service"]
}

/** In this process. `directory` must exist and outlives the scope; without one, a temporary directory. */
export const eventStoreServer = (
  options: Partial<EventStoreServerOptions> & { readonly directory?: string } = {},
): Effect.Effect<ServedStore, ServerRefused | StoreRefused | StoreUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    const { directory, ...rest } = options
    const root = directory ?? (yield* temporaryDirectory)
    const port = rest.port ?? (yield* Effect.promise(() => freePort()))
    const parts = yield* Layer.build(
      served({ ...rest, port }).pipe(Layer.provideMerge(sqliteStore({ file: join(root, "events.db") }))),
    )
    return { ...Context.get(parts, EventStoreServer), store: Context.get(parts, EventStore) }
  })

export interface RunningEventStore {
  readonly endpoint: string
  readonly port: number
  readonly directory: string
  readonly pid: number
  readonly output: () => string
  readonly kill9: () => Promise<void>
  /** SIGTERM, then the exit code. The directory goes when it was made here. */
  readonly stop: () => Promise<number | null>
  /** On its data, at its port; one that runs is stopped first. */
  readonly restart: () => Promise<void>
}

const root = fileURLToPath(new URL("../../..", import.meta.url))
const startTimeoutMs = 30_000

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", (code) => resolve(code)))

/** `args`: further flags of `parley event-store`. */
export const startEventStoreServer = async (
  options: {
    readonly directory?: string
    readonly port?: number
    readonly args?: ReadonlyArray<string>
    /** Default: 127.0.0.1. At another address anybody is served. */
    readonly host?: string
    /** A program to start it under, with its arguments. */
    readonly under?: ReadonlyArray<string>
  } = {},
): Promise<RunningEventStore> => {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "parley-"))
  const port = options.port ?? (await freePort())
  const { host, under = [] } = options
  const endpoint = `${host ?? "127.0.0.1"}:${port}`
  let child: ChildProcess | undefined
  let output = ""

  const start = async (): Promise<void> => {
    const reach = host === undefined ? [] : ["--host", host, "--allow-anybody"]
    const flags = ["--port", String(port), "--data-dir", directory, ...reach, ...(options.args ?? [])]
    const program = [`${root}node_modules/.bin/node`, `${root}packages/cli/src/main.ts`, "event-store"]
    const command = [...under, ...program, ...flags]
    const process_ = spawn(command[0]!, command.slice(1), {
      cwd: root,
      env: { ...process.env, ...compiled },
      stdio: ["ignore", "pipe", "pipe"],
    })
    child = process_
    let sinceStart = ""
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no start in time: ${sinceStart}`)), startTimeoutMs)
      const take = (chunk: Buffer): void => {
        sinceStart += chunk.toString()
        output += chunk.toString()
        if (!sinceStart.includes(endpoint)) return
        clearTimeout(late)
        resolve()
      }
      process_.stdout.on("data", take)
      process_.stderr.on("data", take)
      process_.once("exit", (code) => reject(new Error(`ended with ${code}: ${sinceStart}`)))
    }).catch(async (cause: unknown) => {
      process_.kill("SIGKILL")
      await ended(process_)
      throw cause
    })
  }
  const signalled = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child === undefined) return null
    child.kill(signal)
    return ended(child)
  }

  await start()
  return {
    endpoint,
    port,
    directory,
    get pid() {
      return child?.pid ?? -1
    },
    output: () => output,
    kill9: async () => void (await signalled("SIGKILL")),
    stop: async () => {
      const code = await signalled("SIGTERM")
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true })
      return code
    },
    restart: async () => {
      await signalled("SIGTERM")
      await start()
    },
  }
}
