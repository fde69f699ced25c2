/** The main thread's side of the writer, with a thread that answers when the test says so. */
import { EventEmitter } from "node:events"
import type { Worker } from "node:worker_threads"
import type { Committed, FromWriter, OtherAnswer } from "@parley/runtime/eventStore/sqlite/messages"
import { WriterThread } from "@parley/runtime/eventStore/sqlite/WriterThread"
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { vi } from "vitest"

class SilentThread extends EventEmitter {
  readonly posted: Array<unknown> = []
  postMessage(message: unknown): void {
    this.posted.push(message)
  }
  answer(committed: Partial<Committed>): void {
    const whole = { places: [], others: [], position: 0, events: 1, commitMs: 1, ...committed }
    this.emit("message", { _tag: "Committed", committed: whole } satisfies FromWriter)
  }
}

const open = () => {
  const thread = new SilentThread()
  const told: Array<number> = []
  const lost: Array<string> = []
  const writer = new WriterThread(
    thread as unknown as Worker,
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
})
