import { Mutes } from "@parley/domain/wire/users"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp()
  ann = await Person.signIn(app, "ann")
  bob = await Person.signIn(app, "bob")
})
afterAll(() => app.close())

const mutedBy = async (person: Person) =>
  read(Mutes, await person.get("/v1/users/me/mutes")).items.map((item) => item.conversation_id)
const statuses = async (...asked: ReadonlyArray<Promise<{ readonly status: number }>>) =>
  (await Promise.all(asked)).map(({ status }) => status)

it("a mute stands until it is taken back; twice is as once", async () => {
  const [one, two] = [await ann.with("bob"), await ann.group(["bob"])]
  expect(await mutedBy(ann)).toEqual([])
  for (const id of [one, one, two])
    expect(await statuses(ann.put(`/v1/conversations/${id}/mute`))).toEqual([204])
  expect(await mutedBy(ann)).toEqual([two, one])
  expect(await mutedBy(bob)).toEqual([])
  for (const id of [one, one])
    expect(await statuses(ann.delete(`/v1/conversations/${id}/mute`))).toEqual([204])
  expect(await mutedBy(ann)).toEqual([two])
})

it("a stranger mutes nothing", async () => {
  const carl = await Person.signIn(app, "carl")
  const group = await ann.group(["bob"])
  for (const id of [group, `cnv_${"0".repeat(26)}`, "nonsense"]) {
    expectProblem(await carl.put(`/v1/conversations/${id}/mute`), "not_found")
    expectProblem(await carl.delete(`/v1/conversations/${id}/mute`), "not_found")
  }
  expect(await mutedBy(carl)).toEqual([])
})

it("a mute outlasts leaving: it can still be taken back, and nothing new can be muted", async () => {
  const group = await ann.group(["bob"])
  await bob.put(`/v1/conversations/${group}/mute`)
  await bob.post(`/v1/groups/${group}/members`, { remove: ["bob"] })
  expect(await mutedBy(bob)).toEqual([group])
  expectProblem(await bob.put(`/v1/conversations/${group}/mute`), "not_found")
  expect(await statuses(bob.delete(`/v1/conversations/${group}/mute`))).toEqual([204])
  expectProblem(await bob.delete(`/v1/conversations/${group}/mute`), "not_found")
})
