import { ModelHost } from "@parley/projections/hosting/ModelHost"
import type { Changes } from "@parley/projections/Model"
import { ModelSlot } from "@parley/projections/rebuild/ModelSlot"
import { expect, it } from "vitest"
import { id } from "./given.ts"

const headAt = (...positions: ReadonlyArray<number>): Changes => ({
  heads: positions.map((position) => ({ conversation: id, revision: position, position })),
  changes: positions.map((position) => ({
    conversation: id,
    seq: position,
    position,
    added: [],
    removed: [],
  })),
})

const start = () => {
  const told: Array<readonly [number, ReadonlyArray<number>]> = []
  const slot = new ModelSlot((position, { heads, changes }) => {
    expect(changes.map((change) => change.position)).toEqual(heads.map((head) => head.position))
    told.push([position, heads.map((head) => head.position)])
  })
  /** A host that says how far it has come, as its thread would. */
  const host = () => {
    let self: ModelHost | undefined
    const onProgress = slot.progressOf(() => self)
    const made = new ModelHost({ post: () => undefined, onProgress, onFailure: () => undefined })
    self = made
    const comes = (position: number, ...heads: ReadonlyArray<number>): void =>
      made.receive({ _tag: "Progress", position, changes: headAt(...heads) })
    return { host: made, comes }
  }
  const first = host()
  slot.take(first.host)
  return { slot, told, first, next: host(), another: host }
}

it("what the model in place changes is announced, what its successor changes is not", () => {
  const { told, first, next } = start()
  first.comes(5, 3, 5)
  next.comes(2, 1, 2)
  next.comes(5, 3, 5)
  expect(told).toEqual([[5, [3, 5]]])
})

it("a successor that is behind does not take the place", () => {
  const { slot, first, next } = start()
  first.comes(5, 5)
  next.comes(4, 4)
  expect([slot.take(next.host), slot.position]).toEqual([false, 5])
})

it("a successor that opens a file from beyond what is announced does not take the place before the model in place has come that far", () => {
  const { slot, told, first, next } = start()
  first.comes(2, 2)
  next.comes(6)
  next.comes(8, 8)
  expect([slot.take(next.host), slot.lacking(next.host)]).toEqual([
    false,
    { behind: first.host, position: 6 },
  ])
  first.comes(7, 4, 7)
  expect([slot.lacking(next.host), slot.take(next.host)]).toEqual([undefined, first.host])
  expect(told).toEqual([
    [2, [2]],
    [7, [4, 7]],
    [8, [8]],
  ])
})

it("a model that has stopped is replaced by one that has come further", () => {
  const { slot, told, first, next } = start()
  first.comes(2, 2)
  first.host.died("an event that it cannot read")
  next.comes(6)
  next.comes(8, 8)
  expect(slot.take(next.host)).toBe(first.host)
  expect(told.at(-1)).toEqual([8, [8]])
})

it("a successor that has not opened its file does not take the place, though nothing is written yet", () => {
  const { slot, first, next } = start()
  expect([slot.take(next.host), slot.lacking(next.host)]).toEqual([
    false,
    { behind: next.host, position: -1 },
  ])
  next.comes(-1)
  expect(slot.take(next.host)).toBe(first.host)
})

it("a successor whose file is damaged begins anew, and repeats nothing of what it had kept back", () => {
  const { slot, told, first, next } = start()
  first.comes(2, 2)
  next.comes(2)
  next.comes(4, 3, 4)
  next.comes(-1)
  next.comes(5, 1, 2, 3, 4, 5)
  expect(slot.take(next.host)).toBe(first.host)
  expect(told).toEqual([
    [2, [2]],
    [5, [3, 4, 5]],
  ])
})

it("what the predecessor still tells after a switch is not taken for what the next successor does", () => {
  const { slot, told, first, next, another } = start()
  first.comes(4, 4)
  next.comes(4)
  slot.take(next.host)
  const third = another()
  first.comes(5, 5)
  third.comes(6)
  expect(slot.take(third.host)).toBe(false)
  next.comes(6, 5, 6)
  expect(slot.take(third.host)).toBe(next.host)
  expect(told).toEqual([
    [4, [4]],
    [6, [5, 6]],
  ])
})

it("across a switch every head is announced once and in order, wherever the batches of the two end", () => {
  const { slot, told, first, next } = start()
  first.comes(4, 2, 4)
  next.comes(2)
  // The successor's batch begins before, and ends after what is announced.
  next.comes(7, 3, 4, 6, 7)
  next.comes(9, 9)
  expect(slot.take(next.host)).toBe(first.host)
  // The predecessor goes on until it is closed: nobody hears of it.
  first.comes(9, 6, 7, 9)
  next.comes(12, 11)
  expect(told).toEqual([
    [4, [2, 4]],
    [7, [6, 7]],
    [9, [9]],
    [12, [11]],
  ])
  expect(slot.position).toBe(12)
})

it("what a successor kept back is dropped as the model in place announces it, and all of it when the successor fails", () => {
  const { slot, told, first, next, another } = start()
  next.comes(-1)
  next.comes(3, 3)
  first.comes(3, 3)
  next.comes(6, 6)
  slot.forget()
  first.comes(6, 6)
  const third = another()
  next.comes(7, 7)
  third.comes(6)
  expect(slot.take(third.host)).toBe(first.host)
  expect(told).toEqual([
    [3, [3]],
    [6, [6]],
  ])
})
