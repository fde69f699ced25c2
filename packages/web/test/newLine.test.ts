import type { Message } from "@parley/client/Entry"
import { describe, expect, it } from "vitest"
import { newLineAfter } from "../src/timeline/newLine.ts"

const message = (senderId: string, seq: number | undefined, more: Partial<Message> = {}): Message => ({
  kind: "message",
  key: `${senderId}/${seq}`,
  senderId,
  at: 0,
  state: seq === undefined ? "pending" : "sent",
  ...(seq === undefined ? {} : { seq }),
  edited: false,
  deleted: false,
  reactions: [],
  replyCount: 0,
  ...more,
})

const coming = { readTo: 4, head: 9 }
const after = (...entries: ReadonlyArray<Message>): number | undefined => newLineAfter(coming, entries, "ada")

describe("the line above what is new", () => {
  it("stands after what the person had read when he came", () => {
    expect(after(message("ada", 2), message("bob", 5), message("bob", 12))).toBe(4)
  })

  it("never stands above what the person answered elsewhere without reading on", () => {
    expect(after(message("bob", 5), message("ada", 7), message("bob", 9))).toBe(7)
  })

  it("is gone once the person says something, sent or not, whatever comes after it", () => {
    expect(after(message("bob", 5), message("ada", undefined))).toBe(undefined)
    expect(after(message("bob", 5), message("ada", 10), message("bob", 11))).toBe(undefined)
  })

  it("stays where it is when the person answers in a thread", () => {
    expect(after(message("bob", 5), message("ada", 10, { threadRoot: "msg_1" }))).toBe(4)
  })
})
