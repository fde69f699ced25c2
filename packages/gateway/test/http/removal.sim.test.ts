/** Somebody is removed while he asks for everything, over and over, by HTTP and by his socket. */
import { Inbox, PostMembersAnswer, PostMessageAnswer } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { Person, read } from "./Person.ts"
import { Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
beforeAll(async () => {
  app = await startApp({
    env: {
      PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000000",
      PARLEY_LIMIT_MESSAGES_BURST: "1000000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "1000000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000000",
    },
  })
  ann = await Person.signIn(app, "ann")
})
afterAll(() => app.close())

/** What he tries: each tells whether he got anything. */
type Try = () => Promise<boolean>

let key = 0
const triesOf = (bob: Person, socket: Socket, id: string, message: string): ReadonlyArray<Try> => {
  const at = `/v1/conversations/${id}`
  const http = (method: string, path: string, body?: unknown): Try => {
    return async () => (await bob.ask(method, path, body)).status !== 404
  }
  const framed = (type: string, payload: unknown): Try => {
    return async () => {
      const more = type === "message.send" ? { client_msg_id: `f${++key}` } : {}
      const { payload: answer } = await socket.ask({ type, conversation_id: id, payload, ...more })
      return answer["code"] !== "not_found"
    }
  }
  return [
    http("GET", at),
    http("GET", `${at}/messages`),
    http("GET", `${at}/messages/${message}/replies`),
    http("GET", `${at}/receipts`),
    http("GET", `/v1/groups/${id}`),
    http("GET", `/v1/groups/${id}/members`),
    http("POST", `${at}/receipts`, { read_up_to: 1 }),
    http("PUT", `${at}/messages/${message}/reactions/x`),
    http("POST", `/v1/groups/${id}/members`, { add: [{ user_id: "eve" }] }),
    async () => (await bob.say(id, `h${++key}`, "still here")).status !== 404,
    async () => read(Inbox, await bob.get("/v1/conversations")).items.some((item) => item.id === id),
    framed("message.send", { text: "still here" }),
    framed("reaction.add", { message_id: message, emoji: "y" }),
    framed("message.edit", { message_id: message, text: "mine" }),
    framed("receipt.read", { up_to_seq: 1 }),
  ]
}

const rounds = 70

it("of a thousand tries made after the removal was acknowledged none gets anything, and no later frame comes", async () => {
  let [raced, late] = [0, 0]
  for (let round = 0; round < rounds; round++) {
    const bob = await Person.signIn(app, `bob-${round}`)
    const id = await ann.group([bob.id])
    const { message_id } = read(PostMessageAnswer, await ann.say(id, "k", "hello"))
    const socket = await Socket.open(bob)
    await socket.ask({ type: "sync", payload: {} })
    let acknowledged = false
    const removal = ann.post(`/v1/groups/${id}/members`, { remove: [bob.id] }).then((answered) => {
      acknowledged = true
      return read(PostMembersAnswer, answered).seq
    })
    await Promise.all(
      triesOf(bob, socket, id, message_id).map(async (attempt) => {
        for (let after = false; !after;) {
          after = acknowledged
          const got = await attempt()
          if (after) late += 1
          else raced += 1
          if (after) expect(got).toBe(false)
        }
      }),
    )
    const seq = await removal
    await ann.say(id, "after", "behind his back")
    // Answered after whatever the message would have brought him.
    await socket.ask({ type: "sync", payload: {} })
    const again = await Socket.open(bob, "tablet")
    await again.ask({ type: "sync", payload: { cursor: socket.frames[0]!.payload["cursor"] } })
    for (const { frames } of [socket, again]) {
      const seen = frames.flatMap((one) =>
        one.conversation_id === id && one.seq !== undefined ? [one.seq] : [],
      )
      expect(Math.max(-1, ...seen)).toBeLessThanOrEqual(seq)
    }
    socket.close()
    again.close()
  }
  expect(late).toBeGreaterThanOrEqual(1_000)
  expect(raced).toBeGreaterThan(0)
})
