/** Groups and their members. */
import { Conversation } from "@parley/domain/wire/conversation"
import { MessagePage, PostMembersAnswer, Roster } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp({ env: { PARLEY_LIMIT_GROUP_MEMBERS: "20" } })
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
})
afterAll(() => app.close())

it("whoever makes a group owns it, and reads back what he gave", async () => {
  const answered = await ann.post("/v1/groups", {
    name: "Günther's",
    topic: "a topic",
    member_ids: ["bob"],
    metadata: { color: "red", __proto__x: 1 },
  })
  expect(answered.status).toBe(201)
  const group = read(Conversation, answered)
  expect(group).toMatchObject({ kind: "group", name: "Günther's", topic: "a topic", role: "owner" })
  expect(read(Conversation, await bob.get(`/v1/groups/${group.id}`))).toMatchObject({
    role: "member",
    metadata: { color: "red", __proto__x: 1 },
  })
})

it("the same Idempotency-Key gives the same group; another body is a mismatch; another user's key is his own", async () => {
  const headers = { "idempotency-key": "key-1" }
  const body = { name: "once", member_ids: ["bob"] }
  const first = await ann.post("/v1/groups", body, headers)
  const again = await ann.post("/v1/groups", body, headers)
  expect([first.status, again.status]).toEqual([201, 200])
  expect(read(Conversation, again).id).toBe(read(Conversation, first).id)
  expectProblem(await ann.post("/v1/groups", { ...body, name: "other" }, headers), "idempotency_mismatch")
  const others = await bob.post("/v1/groups", body, headers)
  expect(others.status).toBe(201)
  expect(read(Conversation, others).id).not.toBe(read(Conversation, first).id)
})

it("twenty requests at once under one Idempotency-Key make one group: one is 201, the others the same as 200", async () => {
  const headers = { "idempotency-key": "key-raced" }
  const body = { name: "once", member_ids: ["bob"] }
  const answers = await Promise.all(Array.from({ length: 20 }, () => ann.post("/v1/groups", body, headers)))
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(19).fill(200), 201])
  expect(new Set(answers.map((one) => read(Conversation, one).id)).size).toBe(1)
})

it("an Idempotency-Key that is none: bad_request", async () => {
  const answered = await ann.post(
    "/v1/groups",
    { name: "x", member_ids: [] },
    { "idempotency-key": "two words" },
  )
  expectProblem(answered, "bad_request")
})

it("members are added and removed, and said who in fact", async () => {
  const id = await ann.group(["bob"])
  const changed = await ann.post(`/v1/groups/${id}/members`, {
    add: [{ user_id: "carl" }, { user_id: "bob" }],
  })
  expect([changed.status, read(PostMembersAnswer, changed)]).toEqual([
    200,
    { added: ["carl"], removed: [], seq: 1 },
  ])
  const none = await ann.post(`/v1/groups/${id}/members`, { remove: ["zoe"] })
  expect(read(PostMembersAnswer, none)).toEqual({ added: [], removed: [], seq: 1 })
})

it("the roster comes page by page, each member once", async () => {
  const members = Array.from({ length: 9 }, (_, i) => `m${i}`)
  const id = await ann.group(members)
  const seen = []
  let cursor = ""
  do {
    const query = `limit=4${cursor === "" ? "" : `&cursor=${cursor}`}`
    const found = read(Roster, await ann.get(`/v1/groups/${id}/members?${query}`))
    seen.push(...found.items.map((item) => item.user_id))
    cursor = found.next_cursor ?? ""
  } while (cursor !== "")
  expect(seen).toEqual(["ann", ...members])
})

it("an ex-member is a stranger from the removal's answer on", async () => {
  const id = await ann.group(["bob"])
  await bob.say(id, "k1", "hello")
  await ann.post(`/v1/groups/${id}/members`, { remove: ["bob"] })
  for (const path of ["", "/members"]) expectProblem(await bob.get(`/v1/groups/${id}${path}`), "not_found")
  expectProblem(await bob.get(`/v1/conversations/${id}/messages`), "not_found")
  expectProblem(await bob.say(id, "k1", "hello"), "not_found")
  expectProblem(await bob.post(`/v1/groups/${id}/members`, { add: [{ user_id: "bob" }] }), "not_found")
})

it("a member without the right is told so", async () => {
  const id = await ann.group(["bob", "carl"])
  expectProblem(await bob.post(`/v1/groups/${id}/members`, { remove: ["carl"] }), "forbidden")
})

it("from_join hides from a new member what was said before", async () => {
  const id = await ann.group([], { history: "from_join" })
  await ann.say(id, "k1", "before")
  await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "bob" }] })
  await ann.say(id, "k2", "after")
  const found = read(MessagePage, await bob.get(`/v1/conversations/${id}/messages`))
  expect(found.items.map((item) => item.text)).toEqual(["after"])
})

it("more members than the limit: unprocessable", async () => {
  const member_ids = Array.from({ length: 21 }, (_, i) => `x${i}`)
  expectProblem(await ann.post("/v1/groups", { name: "big", member_ids }), "unprocessable")
})

it("a direct conversation is no group", async () => {
  const id = await ann.with("bob")
  for (const path of ["", "/members"]) expectProblem(await ann.get(`/v1/groups/${id}${path}`), "not_found")
})

it.each([
  ["no name", { member_ids: [] }],
  ["an empty name", { name: "", member_ids: [] }],
  ["members that are no list", { name: "x", member_ids: "bob" }],
  ["a member that is no id", { name: "x", member_ids: ["no spaces"] }],
  ["an unknown history", { name: "x", member_ids: [], history: "none" }],
])("a group with %s: bad_request", async (_, body) => {
  expectProblem(await ann.post("/v1/groups", body), "bad_request")
})

it("a wrong member is named by its place", async () => {
  const id = await ann.group([])
  const answered = await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "ok" }, { user_id: 5 }] })
  expect(expectProblem(answered, "bad_request").errors?.[0]?.path).toBe("add.1.user_id")
})
