import { ModelHost } from "@parley/projections/hosting/ModelHost"
import type { FromModel, ToModel } from "@parley/projections/hosting/messages"
import { noChanges } from "@parley/projections/Model"
import { endTurn } from "@parley/runtime/endOfTurn"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, expect, it, vi } from "vitest"

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "performance"],
  })
})
afterEach(() => {
  // What waits for the end of this turn would keep that of every later one from coming: its timer is gone with the others.
  endTurn()
  vi.useRealTimers()
})

const start = () => {
  const [posted, failures]: [Array<ToModel>, Array<string>] = [[], []]
  const host = new ModelHost({
    post: (message) => posted.push(message),
    onProgress: () => undefined,
    onFailure: (reason) => failures.push(reason),
  })
  const outcome = <A>(effect: Effect.Effect<A, { readonly reason: string }>): { result?: unknown } => {
    const settled: { result?: unknown } = {}
    Effect.runFork(
      Effect.match(effect, {
        onSuccess: (value) => (settled.result = value ?? "done"),
        onFailure: ({ reason }) => (settled.result = reason),
      }),
    )
    return settled
  }
  return { host, posted, failures, outcome }
}

const progress = (position: number): FromModel => ({ _tag: "Progress", position, changes: noChanges })

it("questions of one turn travel in one message, and each gets its own answer", () => {
  const { host, posted, outcome } = start()
  const answers = [outcome(host.ask("view", "a")), outcome(host.ask("view", "b"))]
  vi.advanceTimersByTime(0)
  const [queries] = posted as [Extract<ToModel, { _tag: "Queries" }>]
  expect([posted.length, queries.queries.map(({ args }) => args)]).toEqual([1, [["a"], ["b"]]])
  const [first, second] = queries.queries
  const replies = [
    { id: second!.id, result: "B" },
    { id: first!.id, failure: "broken" },
  ]
  host.receive({ _tag: "Replies", replies })
  expect(answers).toEqual([{ result: "broken" }, { result: "B" }])
})

it("a question as of a place in the log carries the place if the model has not come there, and needs no other message", () => {
  const { host, posted, outcome } = start()
  host.receive(progress(5))
  host.committed(9)
  const answers = [outcome(host.askAsOf(5, "of", "a")), outcome(host.askAsOf(9, "of", "b"))]
  vi.advanceTimersByTime(0)
  const queries = [
    { id: 0, method: "of", args: ["a"] },
    { id: 1, method: "of", args: ["b"], asOf: 9 },
  ]
  expect(posted).toEqual([{ _tag: "Queries", queries }])
  outcome(host.caughtUp(9))
  expect(posted.length).toBe(1)
  host.receive({ _tag: "Stopped", reason: "poison" })
  expect(answers).toEqual([{}, {}])
  expect([outcome(host.askAsOf(9, "of", "b")), outcome(host.askAsOf(5, "of", "a"))]).toEqual([
    { result: "poison" },
    {},
  ])
})

it("a question that nobody answers is unavailable after five seconds", () => {
  const { host, outcome } = start()
  const answer = outcome(host.ask("view"))
  vi.advanceTimersByTime(19_900)
  expect(answer).toEqual({})
  vi.advanceTimersByTime(500)
  expect(answer).toEqual({ result: "the model does not answer" })
})

it("when 10,000 questions wait, the next one is unavailable at once, and so is every one after the thread's end", () => {
  const { host, failures, outcome } = start()
  const waiting = Array.from({ length: 10_000 }, () => outcome(host.ask("view")))
  expect(host.stats().waiting).toBe(10_000)
  expect(outcome(host.ask("view"))).toEqual({ result: "the model is overloaded" })
  host.died("its thread died")
  expect(waiting.every(({ result }) => result === "the model does not answer")).toBe(true)
  expect(outcome(host.ask("view"))).toEqual({ result: "its thread died" })
  expect(failures).toEqual(["its thread died"])
})

it("whoever waits for a position goes on when the model has come there, at once if it has already", () => {
  const { host, outcome } = start()
  host.receive(progress(5))
  const [there, soon, later] = [5, 6, 8].map((position) => outcome(host.caughtUp(position)))
  expect([there, soon, later]).toEqual([{ result: "done" }, {}, {}])
  host.receive(progress(7))
  expect([soon, later]).toEqual([{ result: "done" }, {}])
  vi.advanceTimersByTime(1_000)
  expect(later).toEqual({ result: "the model has not come that far" })
})

it("commits in quick succession are told to the model once, and without delay, once, when somebody waits for them", () => {
  const { host, posted, outcome } = start()
  for (const position of [1, 2, 3]) host.committed(position)
  expect([posted, host.stats().head]).toEqual([[], 3])
  vi.advanceTimersByTime(500)
  expect(posted).toEqual([{ _tag: "Committed" }])
  outcome(host.caughtUp(3))
  expect(posted.length).toBe(1)
  host.committed(4)
  for (const waiter of [4, 4, 4]) outcome(host.caughtUp(waiter))
  expect(posted.length).toBe(2)
})

it("five hundred commits are told to the model at once", () => {
  const { host, posted } = start()
  host.committed(498)
  expect(posted).toEqual([])
  host.committed(499)
  expect(posted).toEqual([{ _tag: "Committed" }])
  vi.advanceTimersByTime(500)
  expect(posted.length).toBe(1)
})

it("a model that is still being opened says so, and is waited for twenty seconds", () => {
  const { host, outcome } = start()
  expect(host.stats().trouble).toBe("being opened")
  const [first, second] = [outcome(host.caughtUp(1)), outcome(host.caughtUp(9))]
  vi.advanceTimersByTime(19_900)
  host.receive(progress(3))
  expect([first, second, host.stats().trouble]).toEqual([{ result: "done" }, {}, undefined])
  vi.advanceTimersByTime(200)
  expect(second).toEqual({ result: "the model has not come that far" })
})

it("trouble shows until the next progress, and is reported once", () => {
  const { host, failures } = start()
  for (const reason of ["disk full", "disk still full"]) host.receive({ _tag: "Trouble", reason })
  expect([host.stats().trouble, failures]).toEqual(["disk still full", ["disk full"]])
  host.receive(progress(1))
  expect(host.stats()).toEqual({ position: 1, head: 1, waiting: 0 })
})
