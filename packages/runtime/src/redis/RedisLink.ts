/**
 * This process's link to Redis, for everything that may be lost: broker, presence, routing, shared limits, used tokens.
 *
 * Always true: nothing waits for Redis longer than `commandTimeoutMs`, nothing is kept for it while it is away, and the address and
 * the password are in no message. Starting does not depend on it: without it the process serves, alone.
 * Not for: anything that must not be lost.
 */
import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Unavailable } from "../errors.ts"
import type { Channels } from "./Channels.ts"
import { type ClientTimes, openClients } from "./openClients.ts"
import { superviseClients } from "./superviseClients.ts"
import type { RedisTarget } from "./RedisTarget.ts"

export interface RedisOptions extends Partial<ClientTimes> {
  readonly target: RedisTarget
  /** Default 8 MiB. Published and not answered for yet; what is beyond is dropped. */
  readonly mostWaitingBytes?: number
}

/** Counted since the start, but `connected`, `waitingBytes` and `channels`, which are as of now. */
export interface RedisStats {
  readonly connected: boolean
  /** Connections that were lost. */
  readonly lost: number
  /** Publications that were not sent, or whose outcome is unknown. */
  readonly dropped: number
  /** Commands without an answer. */
  readonly failed: number
  readonly waitingBytes: number
  readonly channels: number
  /** Times after which listeners were told that they may have missed something. */
  readonly losses: number
  /** What others published and could not be read. */
  readonly malformed: number
}

/** A script that Redis keeps by its digest. */
export class RedisScript {
  readonly text: string
  readonly sha: string
  constructor(text: string) {
    this.text = text
    this.sha = createHash("sha1").update(text).digest("hex")
  }
}

export type Argument = string | number | Buffer

export class RedisLink extends Context.Service<
  RedisLink,
  {
    /** Before every key and channel. */
    readonly prefix: string
    /** Whether Redis answers at the moment, as far as is known. */
    readonly connected: () => boolean
    /** Calls back at each new connection, and at once if there is one. Returns its end. */
    readonly onConnected: (told: () => void) => () => void
    /** Never waits. In the order published, each at most once. */
    readonly publish: (channel: string, payload: Buffer) => void
    readonly channels: Pick<Channels, "hold" | "onLoss">
    /** Sets the key for so long unless it is there. True: it was not. */
    readonly setIfAbsent: (key: string, ttlMs: number) => Effect.Effect<boolean, Unavailable>
    /** In the order called. The keys must stand in one slot of a cluster. Rejects with `Unavailable`. */
    readonly run: (
      script: RedisScript,
      keys: ReadonlyArray<string>,
      args: ReadonlyArray<Argument>,
    ) => Promise<unknown>
    readonly cluster: boolean
    readonly stats: () => RedisStats
  }
>()("@parley/runtime/RedisLink") {
  /** Waits for the first connection, but no longer than connecting may take. */
  static readonly layer = (options: RedisOptions): Layer.Layer<RedisLink> =>
    Layer.effect(RedisLink, openRedis(options))
}

const MOST_WAITING_BYTES = 8 * 1_048_576
/** What a publication costs beside its payload. */
const OVERHEAD_BYTES = 128
const away = (): Unavailable => new Unavailable({ reason: "Redis does not answer" })

export const openRedis = Effect.fnUntraced(function* (
  options: RedisOptions,
): Effect.fn.Return<RedisLink["Service"], never, Scope.Scope> {
  const { target, connectTimeoutMs = 2_000, commandTimeoutMs = 1_000 } = options
  const { mostWaitingBytes = MOST_WAITING_BYTES } = options
  const log = Effect.runForkWith(yield* Effect.context())
  const clients = openClients(target, { connectTimeoutMs, commandTimeoutMs })
  const { commands } = clients
  const counts = { dropped: 0, failed: 0, waitingBytes: 0 }

  const { channels, supervision, firstConnection } = superviseClients(clients, {
    connectTimeoutMs,
    pingEveryMs: commandTimeoutMs,
    say: (what, reason) =>
      void log(
        what === "connected"
          ? Effect.logInfo("Redis answers again")
          : Effect.annotateLogs(Effect.logWarning("Redis does not answer"), { reason }),
      ),
  })
  yield* Effect.addFinalizer(() => Effect.sync(supervision.end))
  yield* Effect.promise(() => firstConnection)

  const asked = async <A>(ask: () => Promise<A>): Promise<A> => {
    try {
      if (supervision.connected) return await ask()
    } catch {
      // What it says may repeat what was sent.
    }
    counts.failed++
    throw away()
  }

  let gathering = false
  /** All that is sent in a turn of the loop goes in one write, which costs more than all else about it. */
  const gather = (): void => {
    if (gathering || clients._tag === "Clustered") return
    const { stream } = clients.commands
    gathering = true
    stream.cork()
    setImmediate(() => {
      gathering = false
      stream.uncork()
    })
  }

  const publish = (channel: string, payload: Buffer): void => {
    const bytes = payload.length + OVERHEAD_BYTES
    if (!supervision.connected || counts.waitingBytes + bytes > mostWaitingBytes) {
      counts.dropped++
      return
    }
    counts.waitingBytes += bytes
    gather()
    const sent = target.cluster ? commands.spublish(channel, payload) : commands.publish(channel, payload)
    sent.then(
      () => (counts.waitingBytes -= bytes),
      () => {
        counts.waitingBytes -= bytes
        counts.dropped++
      },
    )
  }

  const run: RedisLink["Service"]["run"] = (script, keys, args) =>
    asked(async () => {
      try {
        return await commands.evalsha(script.sha, keys.length, ...keys, ...args)
      } catch (cause) {
        if (!(cause instanceof Error) || !cause.message.startsWith("NOSCRIPT")) throw cause
        return await commands.eval(script.text, keys.length, ...keys, ...args)
      }
    })

  return {
    prefix: target.prefix,
    cluster: target.cluster,
    connected: () => supervision.connected,
    onConnected: supervision.onConnected,
    publish,
    channels,
    setIfAbsent: (key, ttlMs) =>
      Effect.tryPromise({
        try: () => asked(() => commands.set(key, "", "PX", Math.max(1, Math.ceil(ttlMs)), "NX")),
        catch: away,
      }).pipe(Effect.map((answer) => answer === "OK")),
    run,
    stats: () => ({
      connected: supervision.connected,
      lost: supervision.lost,
      ...counts,
      channels: channels.size,
      losses: channels.losses,
      malformed: channels.malformed,
    }),
  }
})
