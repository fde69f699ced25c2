/**
 * What an operator asks of a Redis without keeping anything in it.
 *
 * Always true: a failure says what kind it is, never what was sent.
 */
import type { Redis } from "ioredis"
import * as Effect from "effect/Effect"
import { Unavailable } from "../errors.ts"
import { openClients } from "./openClients.ts"
import type { RedisTarget } from "./RedisTarget.ts"
import { reasonOf } from "./superviseClients.ts"

export interface RedisLook {
  /** `host:port`. */
  readonly address: string
  readonly version: string
  /** What it does when memory is full; absent when it is never full: no `maxmemory`. */
  readonly evicts?: string
  /** Its clock, in milliseconds, and ours before and after it was asked. */
  readonly clock: { readonly remote: number; readonly before: number; readonly after: number }
}

const field = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]?.trim()

const lookAt = async (node: Redis): Promise<RedisLook> => {
  if (node.status === "wait") await node.connect()
  const info = await node.info()
  const before = Date.now()
  const [seconds, micros] = await node.time()
  const after = Date.now()
  const policy = field(info, "maxmemory_policy") ?? "unknown"
  return {
    address: `${node.options.host}:${node.options.port}`,
    version: field(info, "redis_version") ?? "of an unknown version",
    ...(field(info, "maxmemory") === "0" ? {} : { evicts: policy }),
    clock: { remote: Number(seconds) * 1_000 + Number(micros) / 1_000, before, after },
  }
}

/** Each of its servers; of a cluster those that lead. In a cluster that is not whole one that does not answer is a failure. */
export const lookAtRedis = (
  target: RedisTarget,
  withinMs: number,
): Effect.Effect<ReadonlyArray<RedisLook>, Unavailable> =>
  Effect.callback((resume) => {
    const clients = openClients(target, { connectTimeoutMs: withinMs, commandTimeoutMs: withinMs })
    const { commands } = clients
    const all = clients._tag === "Standalone" ? [clients.commands, clients.listening] : [clients.commands]
    let reason = "timeout"
    const heard = (cause: unknown): void => {
      reason = reasonOf(cause)
    }
    for (const client of all) for (const event of ["error", "node error"]) client.on(event, heard)
    const give = (): void => resume(Effect.fail(new Unavailable({ reason })))
    const late = setTimeout(give, withinMs)
    const refused = (cause: unknown): void => {
      heard(cause)
      give()
    }
    const look = (): void => {
      const nodes = clients._tag === "Standalone" ? [clients.commands] : clients.commands.nodes("master")
      Promise.all(nodes.map(lookAt)).then((looks) => resume(Effect.succeed(looks)), refused)
    }
    commands.once("ready", look)
    return Effect.sync(() => {
      clearTimeout(late)
      for (const client of all) client.disconnect()
    })
  })
