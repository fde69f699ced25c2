/**
 * Kills a process that pushes, again and again, and counts what came of it.
 *
 *   write ──kill -9──► how many were leased? ──► write ──kill -9──► … ──► drain ──► count
 *
 * Always true: it counts by what the service took and what stands in the log, not by what the pusher says of itself.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { SeededRandom } from "../checker/SeededRandom.ts"
import { PushService } from "./PushService.ts"
import { type Arrival, busyConversations, devices } from "./scene.ts"

export interface KillReport {
  readonly kills: number
  readonly messages: number
  readonly pushes: number
  /** Jobs in the hands of the sender, over all kills. */
  readonly leased: number
  /** Pushes beyond the first of a job, and of a message in a conversation of its own. */
  readonly extra: number
  /** Messages of which some device was never told. */
  readonly forgotten: number
}

const script = new URL("./pusher.ts", import.meta.url).pathname

const run = (directory: string, port: number, mode: "write" | "drain") => {
  const child = spawn(process.execPath, [script, directory, String(port), mode], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_COMPILE_CACHE: `${directory}/compiled` },
  })
  return { child, ended: once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]> }
}

const read = <A>(file: string, query: string): ReadonlyArray<A> => {
  const database = new DatabaseSync(file)
  try {
    return database.prepare(query).all() as unknown as ReadonlyArray<A>
  } finally {
    database.close()
  }
}

const leasedIn = (directory: string): number =>
  read<{ count: number }>(
    `${directory}/push.db`,
    "SELECT count(*) AS count FROM jobs WHERE state = 'leased'",
  )[0]!.count

const group = <A>(all: ReadonlyArray<A>, keyOf: (one: A) => string): ReadonlyMap<string, Array<A>> => {
  const groups = new Map<string, Array<A>>()
  for (const one of all) {
    const key = keyOf(one)
    const members = groups.get(key)
    if (members === undefined) groups.set(key, [one])
    else members.push(one)
  }
  return groups
}

const beyondFirst = (groups: ReadonlyMap<string, ReadonlyArray<unknown>>): number =>
  [...groups.values()].reduce((sum, { length }) => sum + length - 1, 0)

/** Of a conversation's `last` message, and of how many, one device was told. */
const missing = (arrivals: ReadonlyArray<Arrival>, messages: number): number => {
  if (arrivals.length === 0) return messages
  // Each message is counted by one job; a job that was joined to another is counted by both.
  const jobs = group(arrivals, ({ job }) => String(job))
  const told = [...jobs.values()].reduce(
    (sum, pushes) => sum + Math.max(...pushes.map((one) => one.count)),
    0,
  )
  const last = Math.max(...arrivals.map(({ seq }) => seq))
  return Math.max(messages - 1 - last, messages - told, 0)
}

const judge = (taken: ReadonlyArray<Arrival>, log: ReadonlyMap<string, number>) => {
  const busy = (key: string): boolean => busyConversations.includes(key)
  const byDevice = group(taken, ({ key, device }) => `${key}/${device}`)
  let forgotten = 0
  for (const [conversation, messages] of log)
    for (const device of devices)
      forgotten += missing(byDevice.get(`${conversation}/${device}`) ?? [], messages)
  const single = group(
    taken.filter(({ key }) => !busy(key)),
    ({ key, device }) => `${key}/${device}`,
  )
  const shared = group(
    taken.filter(({ key }) => busy(key)),
    ({ job }) => String(job),
  )
  return { forgotten, extra: beyondFirst(single) + beyondFirst(shared) }
}

/** Conversation → how many messages it holds. */
const messagesOf = (directory: string): ReadonlyMap<string, number> =>
  new Map(
    read<{ name: string; count: number }>(
      `${directory}/events.db`,
      `SELECT streams.name AS name, count(*) AS count FROM events JOIN streams ON streams.id = events.stream
       WHERE streams.name LIKE 'conversation-%' GROUP BY streams.name`,
    ).map(({ name, count }) => [name.slice("conversation-".length), count]),
  )

export const killPushes = async (options: {
  readonly directory: string
  readonly kills: number
  readonly seed: number
  readonly onKill?: (kill: number) => void
}): Promise<KillReport> => {
  const { directory, kills, seed, onKill } = options
  const seeded = new SeededRandom(seed)
  const random = (): number => seeded.next()
  const service = new PushService(random)
  const port = await service.listen()
  let leased = 0
  // It starts up while the one before it runs.
  let next = run(directory, port, "write")
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const { child, ended } = next
      next = run(directory, port, kill === kills ? "drain" : "write")
      child.stdin.end("go\n")
      await Promise.race([once(child.stdout, "data"), ended])
      await pause(50 + random() * 300)
      child.kill("SIGKILL")
      const [code, signal] = await ended
      if (signal !== "SIGKILL") throw new Error(`the pusher ended by itself with ${code}`)
      leased += leasedIn(directory)
      onKill?.(kill)
    }
    next.child.stdin.end("go\n")
    const [code] = await next.ended
    if (code !== 0) throw new Error(`the pusher that drains ended with ${code}`)
  } finally {
    next.child.kill("SIGKILL")
    service.close()
  }
  const log = messagesOf(directory)
  const messages = [...log.values()].reduce((sum, count) => sum + count, 0)
  return { kills, messages, pushes: service.taken.length, leased, ...judge(service.taken, log) }
}
