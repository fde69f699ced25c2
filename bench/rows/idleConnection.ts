/** Row: what a connection costs that says nothing. */
import { setTimeout as pause } from "node:timers/promises"
import { type Bare, startBare } from "../harness/bareTarget.ts"
import { launchParley, type ParleyProcess } from "../harness/parleyProcess.ts"
import { freePort } from "@parley/runtime/freePort"
import { collectGarbage, residentBytes } from "../harness/resident.ts"
import type { Row } from "../table/Row.ts"

/** Each is in as many conversations as there are strides, of this many members. Prime to the numbers of users. */
const [strides, size] = [[1, 3, 7, 9, 11, 13, 17, 19, 21, 23, 27, 29, 31, 33, 37, 39, 41, 43, 47, 49], 20]
/** What the first ones cost is the process's own: code that is compiled, buffers of threads. */
const firstShare = 1 / 8
const atOnce = 32
const settleMs = 4_000

const inBatches = async <A>(items: ReadonlyArray<A>, work: (item: A) => Promise<unknown>): Promise<void> => {
  for (let from = 0; from < items.length; from += atOnce)
    await Promise.all(items.slice(from, from + atOnce).map(work))
}

/** KiB resident a connection, of those after the first. `open` opens some more. */
const perConnection = async (
  pid: number,
  inspector: number,
  count: number,
  open: (from: number, to: number) => Promise<void>,
): Promise<number> => {
  const settled = async (): Promise<number> => {
    await pause(settleMs)
    await collectGarbage(inspector)
    return residentBytes(pid)
  }
  const first = Math.round(count * firstShare)
  await open(0, first)
  const before = await settled()
  await open(first, count)
  return ((await settled()) - before) / (count - first) / 1_024
}

const inspected = (port: number) => ({ NODE_OPTIONS: `--inspect=127.0.0.1:${port}` })

const bareCost = async (count: number): Promise<number> => {
  const inspector = await freePort()
  const bare: Bare = await startBare(inspected(inspector))
  try {
    return await perConnection(bare.pid, inspector, count, async (from, to) => {
      for (let at = from; at < to; at += atOnce) await bare.room(Math.min(atOnce, to - at))
    })
  } finally {
    await bare.stop()
  }
}

const makeGroups = (parley: ParleyProcess, owner: string, users: ReadonlyArray<string>): Promise<void> =>
  inBatches(
    strides.flatMap((stride) =>
      Array.from({ length: users.length / size }, (_, block) =>
        Array.from({ length: size }, (_each, i) => users[((block * size + i) * stride) % users.length]!),
      ),
    ),
    (member_ids) => parley.post("/v1/groups", owner, { name: "Twenty", member_ids }),
  )

const parleyCost = async (count: number): Promise<number> => {
  const inspector = await freePort()
  const parley = await launchParley(inspected(inspector))
  try {
    const users = Array.from({ length: count }, (_, i) => `user-${i}`)
    await makeGroups(parley, await parley.login("owner"), users)
    const tokens = new Map<string, string>()
    await inBatches(users, async (user) => tokens.set(user, await parley.login(user)))
    // What making them woke up sleeps again.
    await parley.restart()
    return await perConnection(parley.pid(), inspector, count, (from, to) =>
      inBatches(users.slice(from, to), (user) => parley.receive(tokens.get(user)!)),
    )
  } finally {
    await parley.stop()
  }
}

export const idleConnection: Row = {
  name: "idle-connection",
  what: "idle authenticated connection, each user in 20 conversations, resident",
  unit: "KiB",
  budget: { atMost: 18 },
  floor: "a connection to a bare `ws` server in one room",
  limit:
    "By heap snapshots 8.6 KiB of it are live objects: Node's socket with `ws` and its receiver about 3, twenty attachments 1.5, his share of the hubs, the person's state as last read, the session with its outbox. Before the garbage of worker threads was collected too, two runs of one hour gave 14.4 and 19.7 KiB: theirs, and pages of SQLite's caches that are touched for the first time, are no connection's. One round: memory once touched is not given back.",
  measure: async ({ quick }) => {
    const count = quick ? 400 : 4_000
    return [{ floor: await bareCost(count), measured: await parleyCost(count) }]
  },
}
