import type { LogMessage, Message } from "@parley/client/Entry"
import { expect, it } from "vitest"
import { askedOver } from "../src/timeline/askedOver.ts"

const message = (text: string): LogMessage => ({
  kind: "message",
  key: "k",
  messageId: "msg_1",
  senderId: "ada",
  text,
  seq: 5,
  asOf: 5,
  at: 0,
  state: "sent",
  edited: false,
  deleted: false,
  reactions: [],
  replyCount: 0,
})

it("what the person asks of a message of the past shows at once, and stays until the message was read again", () => {
  let change: (one: Message) => Message = (one) => one
  const parley = { shown: <M extends Message>(one: M): M => change(one) as M }
  const read = message("as it was")
  expect(askedOver(parley, read)).toBe(read)
  change = (one) => ({ ...one, text: "as I want it", changing: true })
  expect(askedOver(parley, read)).toMatchObject({ text: "as I want it", changing: true })
  // Taken by the server, and not yet read again.
  change = (one) => one
  expect(askedOver(parley, read).text).toBe("as I want it")
  change = (one) => ({ ...one, deleted: true })
  expect(askedOver(parley, read)).toMatchObject({ text: "as I want it", deleted: true })
  change = (one) => one
  expect(askedOver(parley, message("as somebody else wanted it")).text).toBe("as somebody else wanted it")
})
