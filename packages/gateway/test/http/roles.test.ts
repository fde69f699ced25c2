/** Roles, succession, and the roster that shows them. */
import { RosterEntry } from "@parley/domain/wire/conversation"
import { Roster } from "@parley/domain/wire/http"
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

const setRole = (by: Person, id: string, user: string, role: unknown) =>
  by.patch(`/v1/groups/${id}/members/${user}`, { role })
const roster = async (by: Person, id: string) =>
  Object.fromEntries(
    read(Roster, await by.get(`/v1/groups/${id}/members`)).items.map((one) => [one.user_id, one.role]),
  )

it("the answer is the member as he stands; the roster that is read next shows him so", async () => {
  const id = await ann.group(["bob"])
  for (const role of ["admin", "reader", "member", "owner"]) {
    expect(read(RosterEntry, await setRole(ann, id, "bob", role))).toMatchObject({ user_id: "bob", role })
    expect(await roster(bob, id)).toEqual({ ann: "owner", bob: role })
  }
})

it("the role that he has writes nothing; the last owner stays one", async () => {
  const id = await ann.group(["bob"])
  const before = app.head()
  expect((await setRole(ann, id, "bob", "member")).status).toBe(200)
  expectProblem(await setRole(ann, id, "ann", "member"), "conflict")
  expect(app.head()).toBe(before)
})

it("an owner steps down when there is another", async () => {
  const id = await ann.group(["bob"])
  await setRole(ann, id, "bob", "owner")
  expect((await setRole(ann, id, "ann", "member")).status).toBe(200)
  expect(await roster(ann, id)).toEqual({ ann: "member", bob: "owner" })
  expectProblem(await setRole(ann, id, "bob", "member"), "forbidden")
})

it("somebody who is no member, or whose id is none: not_found", async () => {
  const id = await ann.group(["bob"])
  for (const user of ["zoe", "no%20body", "x".repeat(65)])
    expectProblem(await setRole(ann, id, user, "admin"), "not_found")
})

it.each([
  ["an unknown role", "king"],
  ["no role", undefined],
  ["a list of roles", ["admin"]],
])("%s: bad_request with its path", async (_, role) => {
  const id = await ann.group(["bob"])
  expect(expectProblem(await setRole(ann, id, "bob", role), "bad_request").errors?.[0]?.path).toBe("role")
})

it("when two owners demote each other at once one of them remains", async () => {
  const id = await ann.group(["bob"])
  await setRole(ann, id, "bob", "owner")
  const answers = await Promise.all([setRole(ann, id, "bob", "member"), setRole(bob, id, "ann", "member")])
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
  expect(Object.values(await roster(ann, id)).sort()).toEqual(["member", "owner"])
})

it("when the last owner leaves, the longest-standing admin follows, else member; the empty group is nobody's", async () => {
  const id = await ann.group(["bob"])
  await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "cleo", role: "admin" }] })
  await ann.post(`/v1/groups/${id}/members`, { remove: ["ann"] })
  expect(await roster(bob, id)).toEqual({ bob: "member", cleo: "owner" })
  const cleo = await Person.signIn(app, "cleo")
  await cleo.post(`/v1/groups/${id}/members`, { remove: ["cleo"] })
  expect(await roster(bob, id)).toEqual({ bob: "owner" })
  await bob.post(`/v1/groups/${id}/members`, { remove: ["bob"] })
  expectProblem(await bob.get(`/v1/groups/${id}`), "not_found")
})

it("an add and remove that is refused in one part happens in none", async () => {
  const id = await ann.group(["bob", "cleo"])
  await setRole(ann, id, "bob", "admin")
  const before = app.head()
  const body = { add: [{ user_id: "dan" }, { user_id: "eve", role: "admin" }], remove: ["cleo"] }
  expectProblem(await bob.post(`/v1/groups/${id}/members`, body), "forbidden")
  const both = { add: [{ user_id: "cleo" }], remove: ["cleo"] }
  expectProblem(await ann.post(`/v1/groups/${id}/members`, both), "unprocessable")
  expect(app.head()).toBe(before)
})
