/** Renaming, topic, metadata, archiving. */
import { Conversation } from "@parley/domain/wire/conversation"
import { Inbox, MessagePage } from "@parley/domain/wire/http"
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

const patched = async (by: Person, id: string, body: unknown) =>
  read(Conversation, await by.patch(`/v1/groups/${id}`, body))
const shown = async (by: Person, id: string) => read(Conversation, await by.get(`/v1/groups/${id}`))

it("what is given changes, what is left out stays, null clears; the answer is the group, and so is what others read next", async () => {
  const id = await ann.group(["bob"], { topic: "lunch", metadata: { color: "red", size: 1 } })
  const renamed = await patched(ann, id, { name: "Günther's" })
  expect(renamed).toMatchObject({ name: "Günther's", topic: "lunch", metadata: { color: "red", size: 1 } })
  expect(renamed).toMatchObject({ role: "owner", last_seq: 1 })
  expect(await shown(bob, id)).toEqual({ ...renamed, role: "member" })
  const cleared = await patched(ann, id, { topic: null, metadata: { shape: "round" } })
  expect(cleared).toMatchObject({ name: "Günther's", metadata: { shape: "round" } })
  expect("topic" in cleared).toBe(false)
  const bare = await patched(ann, id, { metadata: null })
  expect("metadata" in bare).toBe(false)
  const item = read(Inbox, await bob.get("/v1/conversations")).items.find((one) => one.id === id)
  expect(item?.name).toBe("Günther's")
})

it("an empty topic is none", async () => {
  const id = await ann.group([], { topic: "lunch" })
  expect("topic" in (await patched(ann, id, { topic: "" }))).toBe(false)
})

it.each([
  ["nothing", {}],
  ["the name that was given last", { name: "Lunch" }],
  ["the topic that was given last", { topic: "where" }],
  ["the metadata that were given last, in another order", { metadata: { b: 2, a: 1 } }],
])("%s: answered by the group, and nothing is written", async (_, body) => {
  const id = await ann.group([])
  const settings = { name: "Lunch", topic: "where", metadata: { a: 1, b: 2 } }
  const { last_seq } = await patched(ann, id, settings)
  const before = app.head()
  expect(await patched(ann, id, body)).toMatchObject({ ...settings, last_seq })
  expect(app.head()).toBe(before)
})

it.each([
  ["an empty name", { name: "" }, "name"],
  ["a name of 201 characters", { name: "x".repeat(201) }, "name"],
  ["no name at all", { name: null }, "name"],
  ["a topic of 1,001 characters", { topic: "x".repeat(1_001) }, "topic"],
  ["metadata that are a list", { metadata: [] }, "metadata"],
  ["a NUL in metadata", { metadata: { a: ["\0"] } }, "metadata.a.0"],
])("%s: bad_request with its path", async (_, body, path) => {
  const id = await ann.group([])
  expect(expectProblem(await ann.patch(`/v1/groups/${id}`, body), "bad_request").errors?.[0]?.path).toBe(path)
})

it("metadata over the limit: payload_too_large", async () => {
  const id = await ann.group([])
  const answered = await ann.patch(`/v1/groups/${id}`, { metadata: { a: "x".repeat(5_000) } })
  expect(expectProblem(answered, "payload_too_large").errors?.[0]?.path).toBe("metadata")
})

it("an archived group is read and left, and nothing else; archiving it again is the same", async () => {
  const id = await ann.group(["bob"])
  await bob.say(id, "k", "hello")
  expect((await ann.delete(`/v1/groups/${id}`)).status).toBe(204)
  const before = app.head()
  expect((await ann.delete(`/v1/groups/${id}`)).status).toBe(204)
  expectProblem(await bob.say(id, "k2", "more"), "conflict")
  expect(app.head()).toBe(before)
  expect(await shown(bob, id)).toMatchObject({ archived: true, can_send: false })
  expect(read(MessagePage, await bob.get(`/v1/conversations/${id}/messages`)).items).toHaveLength(1)
  expect((await bob.post(`/v1/groups/${id}/members`, { remove: ["bob"] })).status).toBe(200)
  expectProblem(await bob.get(`/v1/groups/${id}`), "not_found")
})

it("what was sent before the archiving is still answered as it was", async () => {
  const id = await ann.group(["bob"])
  const first = await bob.say(id, "k", "hello")
  await ann.delete(`/v1/groups/${id}`)
  const again = await bob.say(id, "k", "hello")
  expect([again.status, again.json]).toEqual([200, { ...(first.json as object), duplicate: true }])
})

it("settings and roles take from the rate of whoever changes them", async () => {
  const slow = await startApp({
    env: { PARLEY_LIMIT_MESSAGES_BURST: "2", PARLEY_LIMIT_MESSAGES_PER_SECOND: "1" },
  })
  try {
    const dan = await Person.signIn(slow, "dan")
    const id = await dan.group(["bob"])
    expect((await dan.patch(`/v1/groups/${id}`, { name: "1" })).status).toBe(200)
    expect((await dan.patch(`/v1/groups/${id}/members/bob`, { role: "admin" })).status).toBe(200)
    const before = slow.head()
    expectProblem(await dan.patch(`/v1/groups/${id}`, { name: "2" }), "rate_limited")
    expectProblem(await dan.patch(`/v1/groups/${id}/members/bob`, { role: "member" }), "rate_limited")
    expect(slow.head()).toBe(before)
  } finally {
    await slow.close()
  }
})

it("of fifty names given at once each is an event, and the last one stands", async () => {
  const id = await ann.group([])
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => ann.patch(`/v1/groups/${id}`, { name: `name ${i}` })),
  )
  expect(answers.every(({ status }) => status === 200)).toBe(true)
  expect((await shown(ann, id)).last_seq).toBe(50)
})
