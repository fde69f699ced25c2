/** Threads: replies, their pages, and what a reply may refer to. */
import { Inbox, MessagePage, PostMessageAnswer } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp({
    env: { PARLEY_LIMIT_MESSAGES_BURST: "10000", PARLEY_LIMIT_MESSAGES_PER_SECOND: "10000" },
  })
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
})
afterAll(() => app.close())

let key = 0
const say = (by: Person, conversation: string, more: Record<string, unknown> = {}) =>
  by.post("/v1/messages", {
    conversation_id: conversation,
    client_msg_id: `k${++key}`,
    text: `text ${key}`,
    ...more,
  })
const sent = async (by: Person, conversation: string, more?: Record<string, unknown>) =>
  read(PostMessageAnswer, await say(by, conversation, more))
const page = async (by: Person, conversation: string, root: string, query = "") => {
  const path = `/v1/conversations/${conversation}/messages/${root}/replies?${query}`
  const found = read(MessagePage, await by.get(path))
  return { seqs: found.items.map((item) => item.seq), prev: found.prev_cursor, next: found.next_cursor }
}

it("a thread's pages are those of history: cursors lead through every reply once, both ways", async () => {
  const id = await ann.group(["bob"])
  const root = await sent(ann, id)
  const replies = []
  for (let i = 0; i < 7; i++) {
    replies.push((await sent(i % 2 === 0 ? ann : bob, id, { thread_root_id: root.message_id })).seq)
    await say(bob, id)
  }
  expect((await page(bob, id, root.message_id)).seqs).toEqual([...replies].reverse())
  const older = []
  for (
    let at = await page(bob, id, root.message_id, "limit=3");
    ;
    at = await page(bob, id, root.message_id, `limit=3&before=${at.prev}`)
  ) {
    older.push(...at.seqs)
    if (at.prev === undefined) break
  }
  expect(older).toEqual([...replies].reverse())
  const newer = []
  for (
    let at = await page(bob, id, root.message_id, "limit=3&after=0");
    ;
    at = await page(bob, id, root.message_id, `limit=3&after=${at.next}`)
  ) {
    newer.push(...at.seqs)
    if (at.next === undefined) break
  }
  expect(newer).toEqual(replies)
  const middle = replies[3]!
  expect((await page(ann, id, root.message_id, `around=${middle}&limit=3`)).seqs).toEqual(replies.slice(2, 5))
})

it("the root counts its replies; they are no unread messages, and stay when the root is deleted", async () => {
  const id = await ann.group(["bob"])
  const root = await sent(ann, id)
  const reply = await sent(ann, id, { thread_root_id: root.message_id })
  const history = async () => read(MessagePage, await bob.get(`/v1/conversations/${id}/messages`)).items
  expect((await history()).at(-1)?.reply_count).toBe(1)
  const inbox = read(Inbox, await bob.get("/v1/conversations")).items.find((item) => item.id === id)
  expect([inbox?.unread, inbox?.last_message?.seq]).toEqual([1, root.seq])
  await ann.delete(`/v1/conversations/${id}/messages/${root.message_id}`)
  expect((await page(bob, id, root.message_id)).seqs).toEqual([reply.seq])
  expect((await say(bob, id, { thread_root_id: root.message_id })).status).toBe(201)
})

it("a thread hangs on a visible message that is no reply; an answer is to a visible message: else unprocessable, with the path", async () => {
  const [id, other] = [await ann.group(["bob"], { history: "from_join" }), await ann.group([])]
  const root = await sent(ann, id)
  const reply = await sent(ann, id, { thread_root_id: root.message_id })
  const elsewhere = await sent(ann, other)
  await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "cleo" }] })
  const cleo = await Person.signIn(app, "cleo")
  const refused = async (by: Person, more: Record<string, unknown>) => {
    const before = app.head()
    const problem = expectProblem(await say(by, id, more), "unprocessable")
    expect(app.head()).toBe(before)
    return problem.errors?.[0]?.path
  }
  expect(await refused(ann, { thread_root_id: reply.message_id })).toBe("thread_root_id")
  expect(await refused(ann, { thread_root_id: elsewhere.message_id })).toBe("thread_root_id")
  expect(await refused(ann, { thread_root_id: `msg_${"0".repeat(26)}` })).toBe("thread_root_id")
  expect(await refused(cleo, { thread_root_id: root.message_id })).toBe("thread_root_id")
  expect(await refused(cleo, { reply_to_message_id: root.message_id })).toBe("reply_to_message_id")
  expect((await say(bob, id, { reply_to_message_id: reply.message_id })).status).toBe(201)
})

it.each(["limit=0", "before=x", "before=1&after=2", "around=-1"])(
  "a thread asked with %s: bad_request",
  async (query) => {
    const id = await ann.group([])
    const { message_id } = await sent(ann, id)
    expectProblem(
      await ann.get(`/v1/conversations/${id}/messages/${message_id}/replies?${query}`),
      "bad_request",
    )
  },
)
