/** The main thread's side of the writer, with a thread that answers when the test says so. */
import { EventEmitter } from "node:events"
import type { Worker } from "node:worker_threads"
import { atEndOfTurn, endTurn } from "@parley/runtime/endOfTurn"
import type { AnswerSource } from "@parley/runtime/eventStore/sqlite/Answers"
import type { Committed, OtherAnswer } from "@parley/runtime/eventStore/sqlite/messages"
import { WriterThread } from "@parley/runtime/eventStore/sqlite/WriterThread"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { vi } from "vitest"

class SilentThread extends EventEmitter implements AnswerSource {
  readonly posted: Array<unknown> = []
  readonly #come: Array<Committed> = []
  #settle: (committed: Committed) => void = () => undefined
  /** What happens in the thread while the main loop sleeps, once for each time; then time goes by. */
  readonly meanwhile: Array<() => void> = []
  /** How long each sleep was to be, in milliseconds. */
  readonly sleeps: Array<number> = []
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  /** As the event loop hears of it. */
  answer(committed: Partial<Committed>): void {
    this.give(committed)
    this.take(this.#settle)
  }
  give(committed: Partial<Committed>): void {
    this.#come.push({ places: [], others: [], position: 0, events: 1, commitMs: 1, ...committed })
  }
  listen(settle: (committed: Committed) => void): void {
    this.#settle = settle
  }
  take(settle: (committed: Committed) => void): void {
    for (let next = this.#come.shift(); next !== undefined; next = this.#come.shift()) settle(next)
  }
  sleep(ms: number): boolean {
    this.sleeps.push(ms)
    const happens = this.meanwhile.shift()
    if (happens === undefined) {
      vi.advanceTimersByTime(ms)
      return false
    }
    vi.advanceTimersByTime(ms / 2)
    happens()
    return true
  }
}

const open = () => {
  const thread = new SilentThread()
  const told: Array<number> = []
  const lost: Array<string> = []
  const writer = new WriterThread(
    { worker: thread as unknown as Worker, answers: thread },
    Effect.runSync(Clock.clockWith(Effect.succeed)),
    -1,
    { committed: (position) => told.push(position), lost: (reason) => lost.push(reason) },
  )
  const outcomes: Array<OtherAnswer | number | undefined> = []
  const heads: Array<number> = []
  const ask = (characters = 10): void =>
    writer.ask(
      {
        stream: "a",
        committed: (revision) => heads.push(revision),
        settled: (answer, revision) => outcomes.push(answer ?? revision),
      },
      characters,
      (to) => to.push(1, "a", "{}"),
    )
  return { thread, writer, ask, outcomes, heads, told, lost }
}

describe("writer thread, seen from the main one", () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    // As in a process: nothing is left for the end of a turn that never comes.
    endTurn()
    vi.useRealTimers()
  })

  it("sends all writes of one turn in one message, and settles them by the order of the answers", () => {
    const { thread, ask, outcomes, heads, told } = open()
    ask()
    ask()
    ask()
    expect(thread.posted).toEqual([])
    vi.advanceTimersByTime(1)
    expect(thread.posted).toHaveLength(1)
    ask()
    vi.advanceTimersByTime(1)
    thread.answer({ places: [7, 70, -1, 0, 8, 80], others: [["wrong", 7]], position: 80 })
    expect(outcomes).toEqual([7, ["wrong", 7], 8])
    thread.answer({ places: [9, 90], position: 90 })
    expect(outcomes.at(-1)).toBe(9)
    expect([heads, told]).toEqual([
      [7, 8, 9],
      [80, 90],
    ])
  })

  it("gives up on a write after 5 s, and still learns the head from an answer that comes later", () => {
    const { thread, ask, outcomes, heads, writer } = open()
    ask()
    vi.advanceTimersByTime(4_900)
    expect(outcomes).toEqual([])
    vi.advanceTimersByTime(600)
    expect(outcomes).toEqual([["failed", "the store did not answer in time"]])
    thread.answer({ places: [3, 30], position: 30 })
    expect(outcomes).toHaveLength(1)
    expect([heads, writer.position, writer.stats().waiting]).toEqual([[3], 30, 0])
  })

  it("refuses at once what comes while 65,536 writes wait, and takes writes again when they are answered", () => {
    const { thread, ask, outcomes } = open()
    for (let n = 0; n < 65_536; n++) ask()
    vi.advanceTimersByTime(1)
    expect(outcomes).toEqual([])
    ask()
    expect(outcomes).toEqual([["failed", "overloaded"]])
    thread.answer({ places: Array.from({ length: 2 * 65_536 }, () => 1), position: 1 })
    outcomes.length = 0
    ask()
    expect(outcomes).toEqual([])
  })

  it("refuses at once what comes while 256 MiB of text wait", () => {
    const { ask, outcomes } = open()
    for (let n = 0; n < 256; n++) ask(1_048_576)
    expect(outcomes).toEqual([])
    ask()
    expect(outcomes).toEqual([["failed", "overloaded"]])
  })

  it("tells everybody once when the thread ends, whether sent or not, and everybody after that", () => {
    const { thread, ask, outcomes, lost } = open()
    ask()
    vi.advanceTimersByTime(1)
    ask()
    thread.emit("error", new Error("out of memory"))
    thread.emit("exit", 1)
    ask()
    const reason = "the writer thread failed: Error: out of memory"
    expect(outcomes).toEqual([
      ["failed", reason],
      ["failed", reason],
      ["failed", reason],
    ])
    expect(lost).toEqual([reason])
  })

  it("what the thread has committed before it ends is told, though the news of its end be here first", () => {
    const { thread, ask, outcomes } = open()
    ask()
    vi.advanceTimersByTime(1)
    ask()
    thread.give({ places: [4, 40], position: 40 })
    thread.emit("exit", 0)
    expect(outcomes).toEqual([4, ["failed", "the store is closed"]])
  })
})

describe("writes that come a few at a time", () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    // As in a process: nothing is left for the end of a turn that never comes.
    endTurn()
    vi.useRealTimers()
  })

  /** Two lists of one write, a millisecond apart: after the second the loop rests. */
  const trickling = () => {
    const opened = open()
    opened.ask()
    vi.advanceTimersByTime(1)
    opened.thread.answer({ places: [0, 0], position: 0 })
    opened.ask()
    return opened
  }

  it("make the loop rest, and a commit meanwhile is settled at once, with what others gather for the end of the turn", () => {
    const { thread, outcomes } = trickling()
    const seen: Array<unknown> = []
    thread.meanwhile.push(() => {
      thread.give({ places: [1, 1], position: 1 })
      atEndOfTurn(() => seen.push([...outcomes]))
    })
    vi.runOnlyPendingTimers()
    expect(thread.sleeps).toEqual([3, 1.5])
    expect(seen).toEqual([[0, 1]])
  })

  it("whoever asks because of such a commit is not kept waiting for the rest's end", () => {
    const { thread, ask, writer } = trickling()
    writer.ask({ stream: "b", settled: () => ask() }, 10, (to) => to.push(1, "b", "{}"))
    const posted: Array<number> = []
    thread.meanwhile.push(
      () => thread.give({ places: [1, 1, 1, 2], position: 2 }),
      () => posted.push(thread.posted.length),
    )
    vi.runOnlyPendingTimers()
    expect(posted).toEqual([3])
  })

  it("a rest ends after 3 ms, and what came meanwhile is read before the next writes are handed over", () => {
    const { thread, ask } = trickling()
    vi.runOnlyPendingTimers()
    expect(thread.sleeps).toEqual([3])
    // As a socket's callback does that the loop comes to first.
    ask()
    ask()
    expect(thread.posted).toHaveLength(2)
    vi.runOnlyPendingTimers()
    expect(thread.posted).toHaveLength(3)
  })

  it("nobody rests who writes alone after a pause, and none of it goes on by itself", () => {
    const { thread, ask } = open()
    for (let n = 0; n < 20; n++) {
      ask()
      vi.advanceTimersByTime(50)
    }
    expect([thread.sleeps, thread.posted.length]).toEqual([[], 20])
    expect(vi.getTimerCount()).toBe(1)
  })
})
