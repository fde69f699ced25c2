import * as fc from "fast-check"
import { expect, it } from "vitest"
import { takeToken } from "../../src/push/queue/budget.ts"
import { QueueFile } from "../../src/push/queue/QueueFile.ts"
import type { PushJob, Settlement } from "../../src/push/PushQueue.ts"

const devices = ["phone", "tablet"]
const conversations = ["cnv_a", "cnv_b", "cnv_c"]
const budget = { burst: 2, everyMs: 50 }

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ _tag: fc.constant("say" as const), in: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ _tag: fc.constant("read" as const), in: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      _tag: fc.constant("send" as const),
      limit: fc.integer({ min: 1, max: 3 }),
      // As the sender hears from the service, or dies without a word.
      ends: fc.array(fc.constantFrom("sent", "retry", "nothing"), { minLength: 3, maxLength: 3 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ _tag: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 80 }) }),
  },
)

const leaseMs = 40

/** A run of the queue; `told` is what a device was told of each conversation: up to which message. */
class Run {
  readonly file = new QueueFile({ file: ":memory:", mostJobs: 1_000, budget, gatherMs: 5, restMs: 10 })
  readonly heads = new Map<string, number>()
  readonly read = new Map<string, number>()
  readonly told = new Map<string, number>()
  now = 1_000
  #position = this.file.resume("one", 0)

  enqueue(wanted: Parameters<QueueFile["enqueue"]>[0]["wanted"], read: ReadonlyArray<string> = []): void {
    const from = this.#position
    this.file.enqueue({
      ...{ epoch: "one", from, to: ++this.#position, now: this.now, wanted, suppressed: [] },
      read: read.map((conversation) => ({
        ...{ user: "bob", conversation, seq: this.heads.get(conversation) ?? -1, ts: this.now, except: [] },
      })),
    })
  }

  say(conversation: string): void {
    const seq = (this.heads.get(conversation) ?? -1) + 1
    this.heads.set(conversation, seq)
    this.enqueue(
      devices.map((device) => ({ kind: "message", user: "bob", device, conversation, seq, ts: this.now })),
    )
  }

  send(limit: number, ends: ReadonlyArray<string>): void {
    const { jobs } = this.file.lease(this.now, limit, leaseMs)
    const settlements = jobs.flatMap((job, at): ReadonlyArray<Settlement> => {
      const { id, lease } = job
      if (ends[at % ends.length] === "nothing") return []
      if (ends[at % ends.length] === "retry")
        return [{ id, lease, outcome: "retry", at: this.now + 7, reason: "503" }]
      this.#arrive(job)
      return [{ id, lease, outcome: "sent" }]
    })
    this.file.settle(this.now, settlements)
  }

  /** The push for several tells of everything unread, as the unread number does. */
  #arrive({ kind, device, conversation, seq }: PushJob): void {
    if (kind !== "message") return
    const told = conversation === undefined ? [...this.heads] : [[conversation, seq] as const]
    for (const [one, upTo] of told)
      this.told.set(`${device}/${one}`, Math.max(this.told.get(`${device}/${one}`) ?? -1, upTo))
  }
}

it("whatever is wanted is pushed, read first, or waits: collapsing, budget and retries forget nobody", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = new Run()
      for (const one of steps) {
        run.now += 1
        if (one._tag === "say") run.say(conversations[one.in]!)
        else if (one._tag === "wait") run.now += one.ms
        else if (one._tag === "send") run.send(one.limit, one.ends)
        else {
          const conversation = conversations[one.in]!
          run.enqueue([], [conversation])
          run.read.set(conversation, run.heads.get(conversation) ?? -1)
        }
      }
      // Nothing more is said: everything that waits comes due.
      for (let round = 0; round < 200 && run.file.stats().waiting + run.file.stats().leased > 0; round++) {
        run.now += 60
        run.send(10, ["sent"])
      }
      expect(run.file.stats()).toMatchObject({ waiting: 0, leased: 0, parked: 0 })
      for (const [conversation, head] of run.heads)
        for (const device of devices) {
          const known = Math.max(
            run.told.get(`${device}/${conversation}`) ?? -1,
            run.read.get(conversation) ?? -1,
          )
          expect(known).toBe(head)
        }
      run.file.close()
    }),
    { numRuns: 200 },
  )
})

it("of any stretch of time nobody is sent more than a burst and what comes back meanwhile", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(120), { minLength: 1, maxLength: 80 }), (gaps) => {
      let bucket: Parameters<typeof takeToken>[1]
      let now = 0
      const times = gaps.map((gap) => {
        now += gap
        const taken = takeToken(budget, bucket, now)
        bucket = taken.bucket
        expect(taken.from).toBeGreaterThanOrEqual(now)
        return taken.from
      })
      for (const [first, start] of times.entries())
        for (const [more, end] of times.slice(first).entries())
          expect(more + 1).toBeLessThanOrEqual(budget.burst + (end - start) / budget.everyMs + 1)
    }),
    { numRuns: 200 },
  )
})
