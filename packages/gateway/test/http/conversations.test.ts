/** Direct conversations, the inbox, one conversation. */
import { Conversation } from "@parley/domain/wire/conversation"
import { Inbox, MessagePage } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp()
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
})
afterAll(() => app.close())

it("a direct conversation is made once, whoever asks", async () => {
  const first = await ann.post("/v1/conversations", { kind: "direct", user_id: "bob" })
  const again = await bob.post("/v1/conversations", { kind: "direct", user_id: "ann" })
  expect([first.status, again.status]).toEqual([201, 200])
  expect(read(Conversation, again).id).toBe(read(Conversation, first).id)
  expect(read(Conversation, first)).toMatchObject({ kind: "direct", member_ids: ["ann", "bob"], last_seq: 0 })
})

it("nobody talks to himself", async () => {
  expectProblem(await ann.post("/v1/conversations", { kind: "direct", user_id: "ann" }), "unprocessable")
})

it.each([
  ["another kind", { kind: "group", user_id: "bob" }],
  ["no partner", { kind: "direct" }],
  ["a number for a partner", { kind: "direct", user_id: 7 }],
])("%s: bad_request", async (_, body) => {
  expectProblem(await ann.post("/v1/conversations", body), "bad_request")
})

it("a member reads the conversation with his own role; a stranger learns nothing", async () => {
  const id = await ann.with("bob")
  expect(read(Conversation, await bob.get(`/v1/conversations/${id}`)).role).toBe("member")
  const eve = await Person.signIn(app, "eve")
  const strange = expectProblem(await eve.get(`/v1/conversations/${id}`), "not_found")
  const absent = expectProblem(await eve.get(`/v1/conversations/cnv_${"0".repeat(26)}`), "not_found")
  expect(strange.detail).toBe(absent.detail)
})

it.each(["cnv_", "cnv_UPPER", "x", "__proto__", "%00", "..%2f..%2fetc"])(
  "an id that is none (%s) names nothing",
  async (id) => {
    expectProblem(await ann.get(`/v1/conversations/${id}`), "not_found")
  },
)

it("the inbox is by latest activity, with last message and unread number, page by page", async () => {
  const carl = await Person.signIn(app, "carl")
  const ids = []
  for (const partner of ["p1", "p2", "p3"]) ids.push(await carl.with(partner))
  await carl.say(ids[0]!, "1", "mine")
  const p2 = await Person.signIn(app, "p2")
  await p2.say(ids[1]!, "1", "for carl")

  const first = read(Inbox, await carl.get("/v1/conversations?limit=2"))
  expect(first.items.map((item) => [item.id, item.unread, item.last_message?.text])).toEqual([
    [ids[1], 1, "for carl"],
    [ids[0], 0, "mine"],
  ])
  const rest = read(Inbox, await carl.get(`/v1/conversations?limit=2&cursor=${first.next_cursor}`))
  expect(rest.items.map((item) => item.id)).toEqual([ids[2]])
  expect(rest.next_cursor).toBeUndefined()
})

it("pages of an inbox that changes meanwhile: each conversation that one stays in, once", async () => {
  const dora = await Person.signIn(app, "dora")
  const ids = []
  for (let i = 0; i < 12; i++) ids.push(await dora.with(`q${i}`))
  const seen: Array<string> = []
  let cursor: string | undefined
  do {
    const query: string = cursor === undefined ? "" : `&cursor=${cursor}`
    const found: Inbox = read(Inbox, await dora.get(`/v1/conversations?limit=3${query}`))
    seen.push(...found.items.map((item) => item.id))
    cursor = found.next_cursor
    // The oldest and the newest come to the top, and a new one is opened.
    await dora.say(ids[0]!, `k${seen.length}`, "up")
    await dora.say(ids[11]!, `k${seen.length}`, "up")
    await dora.with(`new-${seen.length}`)
  } while (cursor !== undefined)
  expect(seen).toEqual([...ids].reverse())
})

it("what is read and said moves the marker and the unread number as the protocol says", async () => {
  const fay = await Person.signIn(app, "fay")
  const gus = await Person.signIn(app, "gus")
  const id = await fay.group(["gus"])
  const line = async () => {
    const item = read(Inbox, await gus.get("/v1/conversations")).items.find((one) => one.id === id)
    return [item?.read_seq, item?.unread, item?.last_message?.seq]
  }
  for (const key of ["1", "2", "3"]) await fay.say(id, key, key)
  expect(await line()).toEqual([0, 3, 3])
  // One's own message neither counts nor moves the marker.
  await gus.say(id, "own", "own")
  expect(await line()).toEqual([0, 3, 4])
  await gus.post(`/v1/conversations/${id}/receipts`, { read_up_to: 2 })
  expect(await line()).toEqual([2, 1, 4])
  const last = read(MessagePage, await gus.get(`/v1/conversations/${id}/messages?around=3&limit=1`)).items[0]!
  await fay.delete(`/v1/conversations/${id}/messages/${last.message_id}`)
  expect(await line()).toEqual([2, 0, 4])
  await fay.post(`/v1/groups/${id}/members`, { remove: ["gus"] })
  await fay.post(`/v1/groups/${id}/members`, { add: [{ user_id: "gus" }] })
  expect(await line()).toEqual([7, 0, 4])
})

it.each(["limit=0", "limit=-1", "limit=1.5", "limit=x", "limit=1e3", "cursor=x", "cursor=-1", "cursor="])(
  "an inbox asked with %s: bad_request, with the parameter",
  async (query) => {
    const problem = expectProblem(await ann.get(`/v1/conversations?${query}`), "bad_request")
    expect(problem.errors?.[0]?.path).toBe(query.split("=")[0])
  },
)
