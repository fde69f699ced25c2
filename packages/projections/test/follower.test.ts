import { mkdtempSync, rmSync, writeFileSync, existsSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Follower, SteppedDown } from "@parley/projections/Follower"
import { historyModel } from "@parley/projections/historyModel/HistoryModel"
import { PoisonedEvent } from "@parley/projections/Model"
import { afterEach, beforeEach, expect, it } from "vitest"
import { ArrayLog } from "./ArrayLog.ts"
import { catchUp, historyAnswers, historyOf } from "./following.ts"
import { created, id, poison, said } from "./given.ts"

let directory: string
let file: string
const open: Array<Follower> = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parley-follower-"))
  file = join(directory, "history.db")
})
afterEach(() => {
  for (const follower of open.splice(0)) follower.close()
  rmSync(directory, { recursive: true })
})

const following = (log: ArrayLog, definition = historyModel): Follower => {
  const follower = new Follower(definition, log, file)
  open.push(follower)
  return follower
}

const talk = (messages: number): ArrayLog => {
  const log = new ArrayLog().say(id, created("ann", "bob"))
  for (let n = 1; n <= messages; n++) log.say(id, said("ann", n))
  return log
}

const last = (follower: Follower): unknown => {
  const view = follower.query("view", [id, "ann"]) as { conversation: { revision: number } } | undefined
  return view?.conversation.revision
}

it("a follower goes on where the last one stopped", () => {
  const log = talk(3)
  catchUp(following(log)).close()
  open.length = 0
  log.say(id, said("bob", 4))
  const successor = following(log)
  expect([successor.position, last(successor)]).toEqual([6, 3])
  expect(successor.step()).toMatchObject({ position: 8, more: false })
  expect(historyAnswers(successor)).toEqual(historyAnswers(historyOf(log)))
})

it("a long log is applied in batches of 500, and each batch names the heads that it moved", () => {
  const log = talk(1_200)
  const follower = following(log)
  const steps = [follower.step(), follower.step(), follower.step()]
  expect(steps.map(({ more }) => more)).toEqual([true, true, false])
  expect(steps.map(({ changes }) => changes.heads)).toEqual([
    [{ conversation: id, revision: 499, position: 998 }],
    [{ conversation: id, revision: 999, position: 1_998 }],
    [{ conversation: id, revision: 1_200, position: 2_400 }],
  ])
  expect(steps[0]!.changes.changes).toEqual([
    { conversation: id, seq: 0, position: 0, added: ["ann", "bob"], removed: [] },
  ])
})

it("what other streams hold moves the checkpoint and nothing else", () => {
  const log = talk(1).put("user-ann", { type: "UserRegistered", data: "{}", metadata: "{}" })
  const follower = following(log)
  expect(follower.step()).toMatchObject({ position: 4, more: false })
  log.put("user-bob", { type: "UserRegistered", data: "{}", metadata: "{}" })
  expect(follower.step()).toEqual({ position: 6, more: false, changes: { heads: [], changes: [] } })
})

it("of two followers of one model the slower steps down, and the rows are as if there had been one", () => {
  const log = talk(2)
  const [first, second] = [following(log), following(log)]
  catchUp(first)
  expect(() => second.step()).toThrow(SteppedDown)
  expect(() => second.step()).toThrow("another follower has moved the history model on from position -1")
  log.say(id, said("bob", 3))
  catchUp(first)
  expect(historyAnswers(second)).toEqual(historyAnswers(historyOf(log)))
})

it("a model of another epoch is discarded and built again from zero", () => {
  catchUp(following(talk(5)))
  const restored = talk(7)
  restored.currentEpoch = "epoch-2"
  const follower = following(restored)
  expect([follower.position, last(follower)]).toEqual([-1, undefined])
  expect(historyAnswers(catchUp(follower))).toEqual(historyAnswers(historyOf(restored)))
})

it("a follower that was running when the epoch changed steps down and keeps nothing of its batch", () => {
  const log = talk(2)
  const running = catchUp(following(log))
  const restored = following(Object.assign(talk(1), { currentEpoch: "epoch-2" }))
  log.say(id, said("ann", 3))
  expect(() => running.step()).toThrow(SteppedDown)
  expect(last(catchUp(restored))).toBe(1)
})

it("a checkpoint beyond the log's end discards the model", () => {
  catchUp(following(talk(5)))
  const shorter = following(talk(2))
  expect(shorter.position).toBe(-1)
  expect(last(catchUp(shorter))).toBe(2)
})

it("a model of another version is dropped and built again", () => {
  const log = talk(2)
  catchUp(following(log))
  const newer = following(log, { ...historyModel, version: historyModel.version + 1 })
  expect([newer.position, last(newer)]).toEqual([-1, undefined])
  expect(last(catchUp(newer))).toBe(2)
})

it("an event that cannot be read stops the follower, with its type and place, and nothing of its batch is kept", () => {
  const log = talk(1)
  const follower = catchUp(following(log))
  log.say(id, said("ann", 2)).put(`conversation-${id}`, poison)
  for (const _ of [1, 2]) {
    expect(() => follower.step()).toThrow(PoisonedEvent)
    expect(() => follower.step()).toThrow(`MessageSent at position 6 (conversation-${id}, revision 3)`)
  }
  expect([follower.position, last(follower)]).toEqual([2, 1])
})

it("an event of a conversation that was never created stops the follower", () => {
  const follower = following(new ArrayLog().say(id, said("ann", 1)))
  expect(() => follower.step()).toThrow(PoisonedEvent)
  expect(() => follower.step()).toThrow("the conversation was never created")
})

it("a file that is no database is set aside, and the model built again", () => {
  writeFileSync(
    file,
    "certainly not a database, and longer than a header of one hundred bytes would have to be ".repeat(9),
  )
  const log = talk(2)
  expect(last(catchUp(following(log)))).toBe(2)
  expect(existsSync(`${file}.damaged`)).toBe(true)
})
