/** What every push queue promises. `layer` gives an empty queue each time it is built, of at most three waiting jobs. */
import {
  type PushBatch,
  type PushJob,
  PushQueue,
  type Settlement,
  type Wanted,
} from "@parley/projections/push/PushQueue"
import type { Pace } from "@parley/projections/push/queue/Admission"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"

/** Two pushes in a row, then one a second; no gathering, a rest of 100 ms. */
export const contractOptions: Pace & { readonly mostJobs: number } = {
  budget: { burst: 2, everyMs: 1_000 },
  gatherMs: 0,
  restMs: 100,
  mostJobs: 3,
}

const epoch = "one"
const leaseMs = 1_000

export const message = (seq: number, more: Partial<Extract<Wanted, { kind: "message" }>> = {}): Wanted => ({
  kind: "message",
  user: "ann",
  device: "phone",
  conversation: "cnv_a",
  seq,
  ts: seq,
  ...more,
})
const security = (event: string): Wanted => ({
  kind: "security",
  user: "ann",
  device: "phone",
  ts: 5,
  event,
  what: "device_registered",
  about: "tablet",
})
const readUpTo = (seq: number, except: ReadonlyArray<string> = []) => ({
  user: "ann",
  conversation: "cnv_a",
  seq,
  ts: 9,
  except,
})

/** Batches one after another, from the position where the last one ended. */
const feeder = Effect.fnUntraced(function* () {
  const queue = yield* PushQueue
  let from = yield* queue.resume(epoch, 10)
  const feed = (now: number, more: Partial<PushBatch>) =>
    Effect.tap(
      queue.enqueue({ epoch, from, to: from + 1, now, wanted: [], read: [], suppressed: [], ...more }),
      () => Effect.sync(() => from++),
    )
  const lease = (now: number, limit = 10) => queue.lease({ now, limit, leaseMs })
  const settle = (now: number, job: PushJob, how: object) =>
    queue.settle(now, [{ id: job.id, lease: job.lease, ...how } as Settlement])
  return { queue, feed, lease, settle, position: () => from }
})

export const pushQueueContract = (name: string, layer: Layer.Layer<PushQueue, unknown>): void => {
  const promise = (title: string, body: Effect.Effect<unknown, unknown, PushQueue>): void =>
    it.effect(title, () => Effect.provide(body, layer))

  describe(`push queue: ${name}`, () => {
    promise(
      "starts at the log's head, goes on where it was, and starts anew in another epoch or beyond the log's end",
      Effect.gen(function* () {
        const { queue, feed, lease } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        expect(yield* queue.resume(epoch, 50)).toBe(11)
        expect(yield* queue.resume(epoch, 5)).toBe(5)
        expect((yield* lease(0)).jobs).toHaveLength(1)
        expect(yield* queue.resume("two", 7)).toBe(7)
        expect((yield* lease(100_000)).jobs).toEqual([])
      }),
    )
    promise(
      "moves its position with the jobs or not at all: a batch from anywhere else writes nothing",
      Effect.gen(function* () {
        const { queue, feed, lease, position } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        const stale: PushBatch = {
          ...{ epoch, from: 10, to: 12, now: 0, wanted: [message(2, { conversation: "cnv_b" })] },
          ...{ read: [], suppressed: [] },
        }
        expect(yield* Effect.flip(queue.enqueue(stale))).toMatchObject({
          _tag: "PushPositionMoved",
          from: 10,
        })
        const foreign = { ...stale, from: position(), epoch: "two" }
        expect(yield* Effect.flip(queue.enqueue(foreign))).toMatchObject({ _tag: "PushPositionMoved" })
        expect((yield* lease(0)).jobs.map((job) => job.seq)).toEqual([1])
      }),
    )
    promise(
      "hands a job to one sender, and again once his lease has run out; the first one's settlement changes nothing then",
      Effect.gen(function* () {
        const { feed, lease, settle } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        const [first] = (yield* lease(0)).jobs
        expect(first).toMatchObject({ kind: "message", user: "ann", device: "phone", conversation: "cnv_a" })
        expect(first).toMatchObject({ seq: 1, count: 1, attempts: 1, collapseKey: "cnv_a" })
        expect(yield* lease(leaseMs - 1)).toEqual({ jobs: [], nextDue: leaseMs })
        const [second] = (yield* lease(leaseMs)).jobs
        expect(second).toMatchObject({ id: first!.id, attempts: 2 })
        yield* settle(leaseMs, first!, { outcome: "sent" })
        yield* settle(leaseMs, second!, { outcome: "retry", at: leaseMs + 5, reason: "503" })
        expect((yield* lease(leaseMs + 4)).jobs).toEqual([])
        const [third] = (yield* lease(leaseMs + 5)).jobs
        expect(third).toMatchObject({ attempts: 3 })
        yield* settle(leaseMs + 5, third!, { outcome: "sent" })
        expect(yield* lease(1_000_000)).toEqual({ jobs: [] })
      }),
    )
    promise(
      "joins what waits for one conversation of a device, and nothing to what a sender holds",
      Effect.gen(function* () {
        const { feed, lease, settle } = yield* feeder()
        yield* feed(0, { wanted: [message(1), message(1, { device: "tablet" }), message(2)] })
        const { jobs } = yield* lease(0)
        expect(jobs.map(({ device, seq, count }) => [device, seq, count])).toEqual([
          ["phone", 2, 2],
          ["tablet", 1, 1],
        ])
        yield* feed(1, { wanted: [message(3)] })
        yield* settle(1, jobs[0]!, { outcome: "retry", at: 50, reason: "503" })
        expect((yield* lease(49)).jobs).toEqual([])
        expect((yield* lease(50)).jobs).toMatchObject([{ seq: 3, count: 3, attempts: 2 }])
      }),
    )
    promise(
      "lets a conversation rest after a push, so that a burst becomes few",
      Effect.gen(function* () {
        const { feed, lease, settle } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        yield* settle(0, (yield* lease(0)).jobs[0]!, { outcome: "sent" })
        yield* feed(10, { wanted: [message(2)] })
        yield* feed(20, { wanted: [message(3)] })
        expect(yield* lease(99)).toEqual({ jobs: [], nextDue: 100 })
        expect((yield* lease(100)).jobs).toMatchObject([{ seq: 3, count: 2 }])
      }),
    )
    promise(
      "over a person's budget makes one push for all that comes, when the next one is allowed; security is never held back",
      Effect.gen(function* () {
        const { queue, feed, lease, settle } = yield* feeder()
        for (const [index, conversation] of ["cnv_a", "cnv_b"].entries()) {
          yield* feed(0, { wanted: [message(index, { conversation })] })
          yield* settle(0, (yield* lease(0)).jobs[0]!, { outcome: "sent" })
        }
        yield* feed(0, { wanted: [message(5, { conversation: "cnv_c" })] })
        yield* feed(0, { wanted: [message(6, { conversation: "cnv_d" }), security("e".repeat(32))] })
        const { jobs } = yield* lease(0)
        expect(jobs).toMatchObject([{ kind: "security", what: "device_registered", about: "tablet" }])
        yield* settle(0, jobs[0]!, { outcome: "sent" })
        expect((yield* lease(999)).jobs).toEqual([])
        const [several] = (yield* lease(1_000)).jobs
        expect(several).toMatchObject({ collapseKey: "inbox", count: 2, kind: "message" })
        expect(several).not.toHaveProperty("conversation")
        expect(queue.stats()).toMatchObject({ queued: 3, overBudget: 1, collapsed: 1 })
      }),
    )
    promise(
      "gives each security notice a push of its own",
      Effect.gen(function* () {
        const { feed, lease } = yield* feeder()
        yield* feed(0, { wanted: [security("e1"), security("e2"), message(1)] })
        expect((yield* lease(0)).jobs.map(({ kind, collapseKey }) => [kind, collapseKey])).toEqual([
          ["security", "e1"],
          ["security", "e2"],
          ["message", "cnv_a"],
        ])
      }),
    )
    promise(
      "refuses a batch whole when it would make too many wait, keeps its position, and takes it once there is room",
      Effect.gen(function* () {
        const { feed, lease, settle, position } = yield* feeder()
        yield* feed(0, { wanted: [security("a"), security("b"), security("c")] })
        const before = position()
        const full = yield* Effect.flip(feed(0, { wanted: [security("d"), security("e")] }))
        expect(full).toMatchObject({ _tag: "PushQueueFull" })
        expect(position()).toBe(before)
        for (const job of (yield* lease(0)).jobs) yield* settle(0, job, { outcome: "sent" })
        yield* feed(0, { wanted: [security("d"), security("e")] })
        expect((yield* lease(0)).jobs.map((job) => job.collapseKey)).toEqual(["d", "e"])
      }),
    )
    promise(
      "takes back what waits once it was read, and clears what is shown on the other devices",
      Effect.gen(function* () {
        const { queue, feed, lease, settle } = yield* feeder()
        const devices = ["phone", "tablet"]
        yield* feed(0, { wanted: devices.map((device) => message(1, { device })) })
        for (const job of (yield* lease(0)).jobs) yield* settle(0, job, { outcome: "sent" })
        yield* feed(1, { wanted: [message(2)] })
        yield* feed(2, { read: [readUpTo(2, ["tablet"])] })
        const { jobs } = yield* lease(500)
        expect(jobs.map(({ kind, device, collapseKey }) => [kind, device, collapseKey])).toEqual([
          ["clear", "phone", "cnv_a"],
        ])
        yield* settle(500, jobs[0]!, { outcome: "sent" })
        yield* feed(501, { read: [readUpTo(2)] })
        expect((yield* lease(100_000)).jobs).toEqual([])
        expect((yield* queue.decisionsOf("ann", 10))[1]).toMatchObject({ outcome: "dropped", reason: "read" })
      }),
    )
    promise(
      "clears what was read while it was on its way, and leaves what was not",
      Effect.gen(function* () {
        const { feed, lease, settle } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        const [first] = (yield* lease(0)).jobs
        yield* feed(1, { read: [readUpTo(1)] })
        yield* settle(2, first!, { outcome: "sent" })
        const [clear] = (yield* lease(2)).jobs
        expect(clear).toMatchObject({ kind: "clear", device: "phone" })
        yield* settle(2, clear!, { outcome: "sent" })
        yield* feed(3, { wanted: [message(3)], read: [readUpTo(2)] })
        expect((yield* lease(1_000)).jobs).toMatchObject([{ kind: "message", seq: 3 }])
      }),
    )
    promise(
      "parks with a reason what nobody takes, lists it, and tells a person what became of his pushes, the latest first",
      Effect.gen(function* () {
        const { queue, feed, lease, settle } = yield* feeder()
        const muted = { user: "ann", kind: "message", conversation: "cnv_b", seq: 4, at: 0 } as const
        yield* feed(0, {
          wanted: [message(1)],
          suppressed: [{ ...muted, outcome: "suppressed", reason: "muted" }],
        })
        yield* settle(7, (yield* lease(0)).jobs[0]!, { outcome: "parked", reason: "400 bad" })
        expect(yield* queue.parked(5)).toMatchObject([{ seq: 1, reason: "400 bad", parkedAt: 7 }])
        expect((yield* lease(1_000_000)).jobs).toEqual([])
        const lines = yield* queue.decisionsOf("ann", 5)
        expect(lines.map(({ outcome, reason }) => [outcome, reason])).toEqual([
          ["parked", "400 bad"],
          ["queued", undefined],
          ["suppressed", "muted"],
        ])
        expect(queue.stats()).toMatchObject({ parked: 1, suppressed: { muted: 1 }, waiting: 0, leased: 0 })
        expect(yield* queue.decisionsOf("bob", 5)).toEqual([])
      }),
    )
    promise(
      "lets a parked job wait again, once, when somebody asks for it; together with what came meanwhile",
      Effect.gen(function* () {
        const { queue, feed, lease, settle } = yield* feeder()
        yield* feed(0, { wanted: [message(1)] })
        const [job] = (yield* lease(0)).jobs
        yield* settle(7, job!, { outcome: "parked", reason: "400 bad" })
        yield* feed(8, { wanted: [message(2)] })
        expect(yield* queue.retryParked(job!.id, 9)).toBe(true)
        expect(yield* queue.retryParked(job!.id, 9)).toBe(false)
        expect([yield* queue.retryParked(4_711, 9), yield* queue.parked(5)]).toEqual([false, []])
        const { jobs } = yield* lease(100_000)
        expect(jobs).toMatchObject([{ seq: 2, count: 2 }])
      }),
    )
    promise(
      "wakes a sender when a batch leaves something to do",
      Effect.gen(function* () {
        const { queue, feed } = yield* feeder()
        let woken = 0
        const stop = queue.onQueued(() => woken++)
        yield* feed(0, {})
        expect(woken).toBe(0)
        yield* feed(0, { wanted: [message(1)] })
        expect(woken).toBe(1)
        stop()
        yield* feed(0, { wanted: [message(2)] })
        expect(woken).toBe(1)
      }),
    )
  })
}
