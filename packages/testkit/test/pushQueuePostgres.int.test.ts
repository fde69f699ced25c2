import { PushQueue, type PushBatch, type PushJob, type Wanted } from "@parley/projections/push/PushQueue"
import { layer } from "@parley/projections/push/PushQueuePostgres"
import { layer as targetsLayer } from "@parley/projections/push/targets/PushTargetsPostgres"
import { PushTargets } from "@parley/projections/push/targets/PushTargets"
import * as postgresLayer from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { postgresOfFile } from "../src/postgresOfFile.ts"

const postgres = postgresOfFile()

const epoch = "one"
const pace = { budget: { burst: 1_000, everyMs: 1 }, gatherMs: 0, restMs: 0, mostJobs: 50_000 }

/** Nodes on one queue, each with its own pool. */
const nodes = Effect.sync(() => {
  const options = postgres.options()
  const node = Effect.map(
    Layer.build(Layer.provide(layer(pace), Layer.fresh(postgresLayer.layer(options)))),
    (context) => Context.get(context, PushQueue),
  )
  return { schema: options.schema!, node }
})

const message = (user: number, seq: number, device = "phone"): Wanted => ({
  ...{ kind: "message", user: `user-${user}`, device, conversation: `cnv_${seq % 3}`, seq, ts: seq },
})

const batch = (from: number, wanted: ReadonlyArray<Wanted>, more: Partial<PushBatch> = {}): PushBatch => ({
  ...{ epoch, from, to: from + 1, now: 0, wanted, read: [], suppressed: [] },
  ...more,
})

const sent = ({ id, lease }: PushJob) => ({ id, lease, outcome: "sent" }) as const

/** Bounded: 20 s. */
const insist = Effect.retry({ schedule: Schedule.spaced("50 millis"), times: 400 })

describe.runIf(postgres.present)("push queue on Postgres", () => {
  it.live("gives senders of many nodes who lease at once different jobs, and each job to one of them", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const senders = [yield* node, yield* node, yield* node]
      yield* senders[0]!.resume(epoch, 0)
      yield* senders[0]!.enqueue(
        batch(
          0,
          Array.from({ length: 200 }, (_, index) => message(index, 1)),
        ),
      )
      const leased = yield* Effect.forEach(
        Array.from({ length: 24 }, (_, index) => senders[index % 3]!),
        (queue) => queue.lease({ now: 1, limit: 7, leaseMs: 1_000 }),
        { concurrency: "unbounded" },
      )
      const rest = yield* senders[0]!.lease({ now: 1, limit: 1_000, leaseMs: 1_000 })
      const ids = [...leased, rest].flatMap((each) => each.jobs.map((job) => job.id))
      expect(ids).toHaveLength(200)
      expect(new Set(ids).size).toBe(200)
    }).pipe(Effect.scoped),
  )
  it.live("lets one of two followers who decide on the same events write", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const followers = [yield* node, yield* node]
      for (const each of followers) yield* each.resume(epoch, 0)
      const outcomes = yield* Effect.forEach(
        followers.flatMap((queue) => [queue, queue]),
        (queue) => Effect.flip(queue.enqueue(batch(0, [message(1, 1)]))).pipe(Effect.option),
        { concurrency: "unbounded" },
      )
      const refused = outcomes.flatMap((each) => (each._tag === "Some" ? [each.value._tag] : []))
      expect(refused).toEqual(["PushPositionMoved", "PushPositionMoved", "PushPositionMoved"])
      const { jobs } = yield* followers[0]!.lease({ now: 1, limit: 10, leaseMs: 1 })
      expect(jobs).toMatchObject([{ count: 1 }])
    }).pipe(Effect.scoped),
  )
  it.live("loses nothing while one decides, others send, retry and die, and Postgres is killed", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const [decider, one, other] = [yield* node, yield* node, yield* node]
      yield* decider.resume(epoch, 0)
      const batches = 25
      const told = { messages: 0 }
      let clock = 0
      let decided = false
      const deciding = Effect.gen(function* () {
        for (let from = 0; from < batches; from++) {
          const wanted = Array.from({ length: 5 }, (_, index) =>
            message((from + index) % 7, from * 5 + index),
          )
          const next = batch(from, wanted, { now: clock++ })
          // After an answer that never came, the position tells whether it was written.
          yield* insist(
            decider
              .enqueue(next)
              .pipe(
                Effect.catchTag("PushPositionMoved", (moved) =>
                  Effect.flatMap(decider.resume(epoch, 1_000), (at) =>
                    at === from + 1 ? Effect.void : Effect.fail(moved),
                  ),
                ),
              ),
          )
        }
        decided = true
      })
      let turn = 0
      const settleOne = Effect.fnUntraced(function* (queue: PushQueue["Service"], job: PushJob) {
        const kind = turn++ % 4
        // A sender that dies with the job in its hands: the lease runs out.
        if (kind === 0) return
        if (kind === 1)
          return yield* insist(
            queue.settle(clock, [
              { id: job.id, lease: job.lease, outcome: "retry", at: clock, reason: "503" },
            ]),
          )
        const before = clock
        yield* insist(queue.settle(before, [sent(job)]))
        told.messages += job.count
      })
      const sending = (queue: PushQueue["Service"]) =>
        Effect.gen(function* () {
          while (true) {
            clock += 1
            const { jobs, nextDue } = yield* insist(queue.lease({ now: clock, limit: 5, leaseMs: 200 }))
            yield* Effect.forEach(jobs, (job) => settleOne(queue, job), { concurrency: 5 })
            if (jobs.length === 0 && nextDue === undefined && decided) return
            if (jobs.length === 0) clock = Math.max(clock, nextDue ?? clock)
            yield* Effect.yieldNow
          }
        })
      const killing = Effect.promise(async () => {
        await postgres.server().kill()
        await postgres.server().start()
      })
      yield* Effect.all([deciding, sending(one), sending(other), killing], { concurrency: "unbounded" })
      const left = yield* one.lease({ now: clock + 1_000_000, limit: 10, leaseMs: 1 })
      expect(left.jobs).toEqual([])
      expect(told.messages).toBeGreaterThanOrEqual(batches * 5)
      const { waiting, leased, parked } = one.stats()
      expect({ waiting, leased, parked }).toEqual({ waiting: 0, leased: 0, parked: 0 })
    }).pipe(Effect.scoped),
  )
  it.live("takes a message to ten thousand people at once", () =>
    Effect.gen(function* () {
      const { node } = yield* nodes
      const queue = yield* node
      yield* queue.resume(epoch, 0)
      const wanted = Array.from({ length: 10_000 }, (_, index) => message(index, 1))
      // Within the time in which everything is answered.
      yield* queue.enqueue(batch(0, wanted))
      yield* queue.enqueue(
        batch(
          1,
          wanted.map((one) => ({ ...one, seq: 4 }) as Wanted),
        ),
      )
      expect(queue.stats()).toMatchObject({ waiting: 10_000, queued: 10_000, collapsed: 10_000 })
    }).pipe(Effect.scoped),
  )
  it.live(
    "knows one holder of a target and one target of a device, whoever registers last, on any node",
    () =>
      Effect.gen(function* () {
        const options = postgres.options()
        const node = Effect.map(
          Layer.build(Layer.provide(targetsLayer, Layer.fresh(postgresLayer.layer(options)))),
          (context) => Context.get(context, PushTargets),
        )
        const [one, other] = [yield* node, yield* node]
        const target = (token: string) => ({ provider: "fcm", token }) as const
        const [ann, bob] = [
          { user: "ann", device: "phone" },
          { user: "bob", device: "phone" },
        ]
        expect(yield* one.holderOf(target("a"))).toBeUndefined()
        yield* one.hold(target("a"), ann)
        yield* other.hold(target("a"), bob)
        expect(yield* one.holderOf(target("a"))).toEqual(bob)
        yield* one.hold(target("b"), bob)
        expect(yield* other.holderOf(target("a"))).toBeUndefined()
        yield* Effect.forEach(
          Array.from({ length: 30 }, (_, index) => index),
          (index) =>
            (index % 2 === 0 ? one : other).hold(target(`t-${index % 3}`), index % 5 < 2 ? ann : bob),
          { concurrency: "unbounded" },
        )
        const holders = yield* Effect.forEach(["t-0", "t-1", "t-2"], (token) => other.holderOf(target(token)))
        const held = holders.flatMap((holder) => (holder === undefined ? [] : [holder.user]))
        expect(new Set(held).size).toBe(held.length)
      }).pipe(Effect.scoped),
  )
})
