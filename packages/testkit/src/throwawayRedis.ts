/**
 * A Redis of a test's own, one server or a cluster of three, on free ports.
 *
 * Always true: what is done to it is done to all of its servers.
 */
import { freePort } from "@parley/runtime/freePort"
import { RedisProcess, type RedisProcessOptions, until } from "./RedisProcess.ts"
import { programOnPath, requirement } from "./requirement.ts"

const NODES = 3
const SLOTS = 16_384

/** `describe.runIf(redisIsHere())(…)` */
export const redisIsHere = (): boolean =>
  requirement("redis-server", programOnPath("redis-server") !== undefined)

export type ThrowawayRedisOptions = RedisProcessOptions

export interface ThrowawayRedis {
  /** With the password, when it has one. */
  readonly url: string
  readonly kill9: () => Promise<void>
  /** Again on the same port, empty. */
  readonly restart: () => Promise<void>
  /** SIGSTOP: connections stay, nothing is answered. */
  readonly freeze: () => void
  readonly thaw: () => void
  readonly flush: () => Promise<void>
  /** Sends a command, such as `["DBSIZE"]`; the answer as Redis writes it. */
  readonly ask: (command: ReadonlyArray<string>) => Promise<string>
  readonly stop: () => Promise<void>
}

/** Gives each node its share of the slots and makes them known to each other. */
const join = async (nodes: ReadonlyArray<RedisProcess>): Promise<void> => {
  for (const [index, node] of nodes.entries()) {
    const share = (at: number): number => Math.floor((SLOTS * at) / nodes.length)
    await node.ask(["CLUSTER", "SET-CONFIG-EPOCH", `${index + 1}`])
    await node.ask(["CLUSTER", "ADDSLOTSRANGE", `${share(index)}`, `${share(index + 1) - 1}`])
  }
  for (const { busPort, port } of nodes.slice(1))
    await nodes[0]!.ask(["CLUSTER", "MEET", "127.0.0.1", `${port}`, `${busPort}`])
}

const whole = (nodes: ReadonlyArray<RedisProcess>): Promise<void> =>
  until(async () => {
    const told = await Promise.all(nodes.map((node) => node.ask(["CLUSTER", "INFO"])))
    return told.every(
      (text) => text.includes("cluster_state:ok") && text.includes(`cluster_known_nodes:${nodes.length}`),
    )
  })

/** Starts one and waits until it answers. Whoever starts it stops it. */
export const startRedis = async (options: ThrowawayRedisOptions = {}): Promise<ThrowawayRedis> => {
  const { cluster = false, password } = options
  const nodes: Array<RedisProcess> = []
  for (let count = 0; count < (cluster ? NODES : 1); count++)
    nodes.push(new RedisProcess(options, await freePort(), await freePort()))
  const all = async (act: (node: RedisProcess) => unknown): Promise<void> =>
    void (await Promise.all(nodes.map(act)))
  const restart = async (): Promise<void> => {
    await all((node) => node.restart())
    if (cluster) await whole(nodes)
  }
  const stop = (): Promise<void> => all((node) => node.stop())
  try {
    await all((node) => node.restart())
    if (cluster) {
      await join(nodes)
      await whole(nodes)
    }
  } catch (cause) {
    await stop()
    throw cause
  }
  const credentials = password === undefined ? "" : `:${encodeURIComponent(password)}@`
  const hosts = nodes.map(({ host, port }) => `${host}:${port}`).join(",")
  return {
    url: `redis${cluster ? "+cluster" : ""}://${credentials}${hosts}`,
    kill9: () => all((node) => node.kill9()),
    restart,
    freeze: () => nodes.forEach((node) => node.freeze()),
    thaw: () => nodes.forEach((node) => node.thaw()),
    flush: () => all((node) => node.flush()),
    ask: (command) => nodes[0]!.ask(command),
    stop,
  }
}
