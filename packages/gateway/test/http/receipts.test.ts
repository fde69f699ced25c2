/** Receipts by HTTP: what one has got and read, and who has. */
import { Inbox, PostMessageAnswer, Receipts } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp({ env: { PARLEY_LIMIT_RECEIPTS_MEMBERS: "5" } })
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
})
afterAll(() => app.close())

const post = (by: Person, conversation: string, body: unknown) =>
  by.post(`/v1/conversations/${conversation}/receipts`, body)
const who = async (by: Person, conversation: string, query = "") =>
  read(Receipts, await by.get(`/v1/conversations/${conversation}/receipts?${query}`))
const line = async (by: Person, conversation: string, user: string) =>
  (await who(by, conversation)).items.find((item) => item.user_id === user)
const inboxLine = async (by: Person, conversation: string) => {
  const item = read(Inbox, await by.get("/v1/conversations?limit=200")).items.find(
    (one) => one.id === conversation,
  )
  return [item?.read_seq, item?.unread]
}

it("what was said is in what is read next: by device, by person, and in the own inbox", async () => {
  const id = await ann.group(["bob"])
  for (const text of ["1", "2", "3"]) await ann.say(id, text, text)
  expect(await inboxLine(bob, id)).toEqual([0, 3])
  expect((await post(bob, id, { device_id: "phone", delivered_up_to: 3, read_up_to: 2 })).status).toBe(204)
  await post(bob, id, { device_id: "tablet", delivered_up_to: 1 })
  expect(await line(ann, id, "bob")).toEqual({
    user_id: "bob",
    delivered_up_to: 3,
    read_up_to: 2,
    devices: [
      { device_id: "phone", delivered_up_to: 3 },
      { device_id: "tablet", delivered_up_to: 1 },
    ],
  })
  expect(await inboxLine(bob, id)).toEqual([2, 1])
})

it("cursors never go back, and never beyond the head", async () => {
  const id = await ann.group(["bob"])
  await ann.say(id, "1", "1")
  await post(bob, id, { read_up_to: 1_000_000 })
  expect((await line(ann, id, "bob"))?.read_up_to).toBe(1)
  await post(bob, id, { read_up_to: 0 })
  expect((await line(ann, id, "bob"))?.read_up_to).toBe(1)
  await ann.say(id, "2", "2")
  expect(await inboxLine(bob, id)).toEqual([1, 1])
})

it("who has read a message: those who have got it, without its sender; page by page", async () => {
  const id = await ann.group(["bob", "cleo", "dan"])
  const { message_id, seq } = read(PostMessageAnswer, await ann.say(id, "1", "1"))
  for (const name of ["bob", "dan"]) await post(await Person.signIn(app, name), id, { read_up_to: seq })
  expect((await who(ann, id, `message_id=${message_id}`)).items.map((item) => item.user_id)).toEqual([
    "bob",
    "dan",
  ])
  const seen = []
  let cursor: string | undefined = ""
  while (cursor !== undefined) {
    const found: Receipts = await who(ann, id, `limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`)
    seen.push(...found.items.map((item) => item.user_id))
    cursor = found.next_cursor
  }
  expect(seen).toEqual(["ann", "bob", "cleo", "dan"])
})

it("who does not say what he reads has a marker of his own and shows it to nobody else", async () => {
  const shy = await Person.signIn(app, "shy")
  await shy.put("/v1/users/me", { send_read_receipts: false })
  const id = await ann.group(["shy"])
  await ann.say(id, "1", "1")
  await post(shy, id, { read_up_to: 1 })
  expect(await inboxLine(shy, id)).toEqual([1, 0])
  expect((await line(ann, id, "shy"))?.read_up_to).toBe(0)
  expect((await line(shy, id, "shy"))?.read_up_to).toBe(1)
})

it("in a group over receipts_members what was delivered is not stored; what was read is", async () => {
  const id = await ann.group(["bob", "c", "d", "e", "f"])
  await ann.say(id, "1", "1")
  expect((await post(bob, id, { device_id: "phone", delivered_up_to: 1, read_up_to: 1 })).status).toBe(204)
  expect(await line(ann, id, "bob")).toMatchObject({ read_up_to: 1, devices: [] })
})

it.each([
  ["a device that is missing", { delivered_up_to: 1 }, "device_id"],
  ["a negative seq", { read_up_to: -1 }, "read_up_to"],
  ["a text for a seq", { read_up_to: "1" }, "read_up_to"],
  ["half a seq", { device_id: "phone", delivered_up_to: 0.5 }, "delivered_up_to"],
  ["a device that is none", { device_id: "my phone", delivered_up_to: 1 }, "device_id"],
])("%s: bad_request with its path, and nothing is written", async (_, body, path) => {
  const id = await ann.group([])
  const before = app.head()
  expect(expectProblem(await post(ann, id, body), "bad_request").errors?.[0]?.path).toBe(path)
  expect(app.head()).toBe(before)
})

it.each(["message_id=x", "message_id=", "cursor=no%20body", "limit=0"])(
  "receipts asked with %s: bad_request, with the parameter",
  async (query) => {
    const id = await ann.group([])
    const problem = expectProblem(await ann.get(`/v1/conversations/${id}/receipts?${query}`), "bad_request")
    expect(problem.errors?.[0]?.path).toBe(query.split("=")[0])
  },
)

it("a message that the caller may not see: not_found", async () => {
  const id = await ann.group([], { history: "from_join" })
  const { message_id } = read(PostMessageAnswer, await ann.say(id, "1", "1"))
  await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "bob" }] })
  expectProblem(await bob.get(`/v1/conversations/${id}/receipts?message_id=${message_id}`), "not_found")
  const absent = `message_id=msg_${"0".repeat(26)}`
  expectProblem(await ann.get(`/v1/conversations/${id}/receipts?${absent}`), "not_found")
})
