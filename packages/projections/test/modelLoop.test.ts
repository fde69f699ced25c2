import { Follower } from "@parley/projections/Follower"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { ModelLoop } from "@parley/projections/hosting/ModelLoop"
import type { FromModel } from "@parley/projections/hosting/messages"
import type { ModelDefinition } from "@parley/projections/Model"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { ArrayLog } from "./ArrayLog.ts"
import { created, id, poison, said } from "./given.ts"

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate"] })
})
afterEach(() => {
  vi.useRealTimers()
})

class SqliteError extends Error {
  readonly errcode: number
  constructor(errcode: number, message: string) {
    super(message)
    this.errcode = errcode
  }
}
const diskFull = new SqliteError(13, "database or disk is full")
const malformed = new SqliteError(11, "database disk image is malformed")

const start = (log: ArrayLog, definition: ModelDefinition = historyModel) => {
  const heard: Array<FromModel> = []
  const counts = { opened: 0, setAside: 0, reads: 0 }
  const loop = new ModelLoop({
    open: () => {
      counts.opened += 1
      return new Follower(
        definition,
        {
          readAll: (read) => {
            counts.reads += 1
            return log.readAll(read)
          },
          headPosition: log.headPosition,
          epoch: log.epoch,
        },
        ":memory:",
      )
    },
    setAside: () => void (counts.setAside += 1),
    say: (message) => heard.push(message),
  })
  const tags = () => heard.splice(0).map((message) => message._tag)
  const revision = () => {
    loop.receive({ _tag: "Queries", queries: [{ id: 1, method: "view", args: [id, "ann"] }] })
    return heard.pop()
  }
  return { loop, heard, counts, tags, revision }
}

const known = (revision: number) => ({
  _tag: "Replies",
  replies: [{ id: 1, result: { conversation: { revision } } }],
})

/** The history model, whose `apply` fails while `failure` is set. */
const failing = () => {
  const plan: { failure: Error | undefined } = { failure: undefined }
  const definition: ModelDefinition = {
    ...historyModel,
    open: (...opened) => {
      const model = historyModel.open(...opened)
      return {
        ...model,
        apply: (events) => {
          if (plan.failure !== undefined) throw plan.failure
          return model.apply(events)
        },
      }
    },
  }
  return { plan, definition }
}

it("the log is read after a commit and at the start, and never in between", () => {
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, counts, revision } = start(log)
  vi.advanceTimersByTime(60_000)
  expect([counts.reads, revision()]).toMatchObject([1, known(0)])
  log.say(id, said("ann", 1))
  for (const _ of [1, 2, 3]) loop.receive({ _tag: "Committed" })
  vi.advanceTimersByTime(60_000)
  expect([counts.reads, revision()]).toMatchObject([2, known(1)])
})

/** Asks as of a place in the log; which questions have been answered so far. */
const asking = (loop: ModelLoop, heard: Array<FromModel>) => ({
  ask: (question: number, asOf: number) =>
    loop.receive({
      _tag: "Queries",
      queries: [{ id: question, method: "view", args: [id, "ann"], asOf }],
    }),
  answers: () =>
    heard.flatMap((message) => (message._tag === "Replies" ? message.replies : [])).map((reply) => reply.id),
})

it("a question as of a place in the log is answered once the model has come there, for which it looks by itself", () => {
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, heard } = start(log)
  vi.advanceTimersByTime(0)
  const { answers, ask } = asking(loop, heard)
  log.say(id, said("ann", 1))
  ask(1, 0)
  ask(2, 2)
  expect(answers()).toEqual([1])
  vi.advanceTimersByTime(0)
  expect(answers()).toEqual([1, 2])
  expect(heard.slice(-2)).toMatchObject([
    { _tag: "Progress", position: 2 },
    { _tag: "Replies", replies: [{ id: 2, result: { conversation: { revision: 1 } } }] },
  ])
})

it("a question as of a place that the model will not come to fails: when it stops, and after it has", () => {
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, heard } = start(log)
  vi.advanceTimersByTime(0)
  const { ask } = asking(loop, heard)
  log.put(`conversation-${id}`, poison)
  ask(1, 2)
  vi.advanceTimersByTime(0)
  ask(2, 2)
  const reason = "the model does not come that far"
  expect(heard.slice(-3)).toMatchObject([
    { _tag: "Stopped" },
    { _tag: "Replies", replies: [{ id: 1, failure: reason }] },
    { _tag: "Replies", replies: [{ id: 2, failure: reason }] },
  ])
})

it("trouble of the model's file is told, tried again after growing pauses of at most five seconds, and told as over", () => {
  const { plan, definition } = failing()
  plan.failure = diskFull
  const { counts, tags, revision } = start(new ArrayLog().say(id, created("ann")), definition)
  vi.advanceTimersByTime(0)
  expect(tags()).toEqual(["Progress", "Trouble"])
  vi.advanceTimersByTime(60_000)
  // 0.1 + 0.2 + 0.4 + 0.8 + 1.6 + 3.2 s, then every 5 s.
  expect([tags().length, counts.reads]).toEqual([16, 17])
  plan.failure = undefined
  vi.advanceTimersByTime(5_000)
  expect(tags()).toEqual(["Progress"])
  expect(revision()).toMatchObject(known(0))
})

it("a log that cannot be read for a while is no reason to throw the model away", () => {
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, counts, tags, revision } = start(log)
  vi.advanceTimersByTime(0)
  log.failure = malformed
  loop.receive({ _tag: "Committed" })
  vi.advanceTimersByTime(1)
  expect(tags()).toEqual(["Progress", "Progress", "Trouble"])
  log.say(id, said("ann", 1)).failure = undefined
  vi.advanceTimersByTime(100)
  expect([revision(), counts.setAside]).toMatchObject([known(1), 0])
})

it("a damaged file is set aside, and the model is built again from zero", () => {
  const { plan, definition } = failing()
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, counts, tags, revision } = start(log, definition)
  vi.advanceTimersByTime(0)
  tags()
  plan.failure = malformed
  log.say(id, said("ann", 1))
  loop.receive({ _tag: "Committed" })
  vi.advanceTimersByTime(1)
  expect([tags(), counts.setAside]).toEqual([["Trouble"], 1])
  expect(revision()).toMatchObject({ replies: [{ failure: "the model is not open" }] })
  plan.failure = undefined
  vi.advanceTimersByTime(200)
  expect([revision(), counts.opened]).toMatchObject([known(1), 2])
})

it("a poisoned event stops the follower for good, says where, and queries are answered as of the batch before", () => {
  const log = new ArrayLog().say(id, created("ann"))
  const { loop, heard, counts, revision } = start(log)
  vi.advanceTimersByTime(0)
  log.put(`conversation-${id}`, poison)
  loop.receive({ _tag: "Committed" })
  vi.advanceTimersByTime(0)
  const place = `MessageSent at position 2 (conversation-${id}, revision 1)`
  expect(heard.at(-1)).toEqual({ _tag: "Stopped", reason: expect.stringContaining(place) })
  loop.receive({ _tag: "Committed" })
  vi.advanceTimersByTime(60_000)
  expect([counts.reads, revision()]).toMatchObject([2, known(0)])
})
