import { People } from "@parley/domain/wire/users"
import { SignJWT } from "jose"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { secret, startApp, type TestApp } from "./TestApp.ts"

const find = async (person: Person, query: string) => read(People, await person.get(`/v1/users${query}`))
const idsOf = async (person: Person, query: string) =>
  (await find(person, query)).items.map(({ user_id }) => user_id)

describe("the directory of a development installation", () => {
  let app: TestApp
  let ann: Person
  beforeAll(async () => {
    app = await startApp()
    ann = await Person.signIn(app, "ann")
    for (const [id, name] of [
      ["u1", "Anna Müller"],
      ["u2", "JOSÉ María de la Cruz"],
      ["u3", "O’Brien, Séan"],
      ["Bob-7", undefined],
    ] as const)
      await (await Person.signIn(app, id)).put("/v1/users/me", name === undefined ? {} : { name })
  })
  afterAll(() => app.close())

  it.each([
    ["?q=mull", ["u1"]],
    ["?q=ANNA%20m", ["u1"]],
    ["?q=maria%20DE", ["u2"]],
    ["?q=jose", ["u2"]],
    ["?q=sean", ["u3"]],
    ["?q=o%E2%80%99b", ["u3"]],
    ["?q=bob", ["Bob-7"]],
    ["?q=U", ["u1", "u2", "u3"]],
    ["?q=an", ["ann", "u1"]],
    ["?q=nna", []],
    ["?q=M%C3%BCller%20Anna", []],
    ["?q=%25", []],
    ["", ["Bob-7", "ann", "u1", "u2", "u3"]],
    ["?q=%20", ["Bob-7", "ann", "u1", "u2", "u3"]],
  ])("%s finds %j", async (query, ids) => {
    expect(await idsOf(ann, query)).toEqual(ids)
  })

  it("knows a name from the moment it was acknowledged, and no longer the one before", async () => {
    for (const name of ["Zoe", "Yves", "Xaver"]) {
      await ann.put("/v1/users/me", { name })
      expect(await idsOf(ann, `?q=${name}`)).toEqual(["ann"])
    }
    expect(await idsOf(ann, "?q=zoe")).toEqual([])
  })

  it("is read page by page, each person once", async () => {
    const first = await find(ann, "?limit=2")
    const second = await find(ann, `?limit=2&cursor=${first.next_cursor}`)
    const third = await find(ann, `?limit=2&cursor=${second.next_cursor}`)
    const ids = [first, second, third].map(({ items }) => items.map(({ user_id }) => user_id))
    expect(ids).toEqual([["Bob-7", "ann"], ["u1", "u2"], ["u3"]])
    expect(third).not.toHaveProperty("next_cursor")
    expect(await find(ann, "?q=u&limit=3")).not.toHaveProperty("next_cursor")
  })

  it("refuses what is no query", async () => {
    for (const query of ["?limit=0", "?cursor=no%20id", `?q=${"a".repeat(201)}`])
      expectProblem(await ann.get(`/v1/users${query}`), "bad_request")
  })

  it("shows the blocked and those who block, as it shows everybody", async () => {
    const bob = await Person.signIn(app, "Bob-7")
    await bob.put("/v1/users/me/blocks/ann")
    expect(await idsOf(ann, "?q=bob")).toEqual(["Bob-7"])
    expect(await idsOf(bob, "?q=ann")).toEqual(["ann", "u1"])
  })
})

describe("the directory of any other installation", () => {
  let app: TestApp
  beforeAll(async () => {
    app = await startApp({ env: { PARLEY_DEV_LOGIN: "false" } })
  })
  afterAll(() => app.close())

  const arrive = async (id: string) => {
    const token = await new SignJWT()
      .setProtectedHeader({ alg: "HS256" })
      .setSubject(id)
      .setExpirationTime("1h")
      .sign(new TextEncoder().encode(secret))
    const person = new Person(app, id, token)
    await person.put("/v1/users/me", { name: `Name of ${id}` })
    return person
  }

  it("holds those one shares a conversation with, as long as one does", async () => {
    const [ann, bob, carl] = [await arrive("ann"), await arrive("bob"), await arrive("carl")]
    expect(await idsOf(ann, "?q=name")).toEqual([])
    const group = await ann.group(["bob", "never-seen"])
    expect(await idsOf(ann, "?q=name")).toEqual(["ann", "bob"])
    expect(await idsOf(bob, "?q=a")).toEqual(["ann"])
    expect(await idsOf(carl, "")).toEqual([])
    await carl.with("bob")
    expect(await idsOf(bob, "")).toEqual(["ann", "bob", "carl"])
    await ann.post(`/v1/groups/${group}/members`, { remove: ["bob"] })
    expect(await idsOf(bob, "")).toEqual(["bob", "carl"])
    expect(await idsOf(ann, "?q=bob")).toEqual([])
    const page = await find(bob, "?limit=1")
    expect(page.next_cursor).toBe("bob")
    expect(await idsOf(bob, "?limit=1&cursor=bob")).toEqual(["carl"])
  })
})
