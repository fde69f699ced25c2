import { OwnProfile, Profile } from "@parley/domain/wire/users"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
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

const own = async (person: Person) => read(OwnProfile, await person.get("/v1/users/me"))

describe("one's own profile", () => {
  it("starts with one's id as the name, and everything open", async () => {
    expect(await own(bob)).toEqual({
      user_id: "bob",
      name: "bob",
      share_last_seen: true,
      send_read_receipts: true,
    })
  })

  it("is what was put, at once, for everybody; what is left out stays", async () => {
    const put = await ann.put("/v1/users/me", { name: "Ann Müller", avatar_media_id: "med_1" })
    const profile = { user_id: "ann", name: "Ann Müller", avatar_media_id: "med_1" }
    expect(read(OwnProfile, put)).toMatchObject(profile)
    expect(read(Profile, await bob.get("/v1/users/ann"))).toEqual(profile)
    await ann.put("/v1/users/me", { send_read_receipts: false })
    expect(await own(ann)).toEqual({ ...profile, share_last_seen: true, send_read_receipts: false })
    await ann.put("/v1/users/me", { avatar_media_id: null })
    expect(await own(ann)).not.toHaveProperty("avatar_media_id")
  })

  it("holds each of a hundred changes, each read right after it", async () => {
    for (let n = 0; n < 100; n++) {
      const [write, reads] = [`Name ${n}`, n % 2 === 0 ? ann : bob]
      await ann.put("/v1/users/me", { name: write })
      expect(read(Profile, await reads.get("/v1/users/ann")).name).toBe(write)
    }
  })

  it("is the name given at development login, until another is put", async () => {
    await bob.post("/v1/dev/login", { user_id: "dora", name: "Dora" })
    expect(read(Profile, await bob.get("/v1/users/dora")).name).toBe("Dora")
  })

  it.each([
    ["a name without a character", { name: "" }],
    ["a name that is too long", { name: "a".repeat(201) }],
    ["a name that is no text", { name: 7 }],
    ["a picture that is no media id", { avatar_media_id: "https://elsewhere.example/me.png" }],
    ["a setting that is no yes or no", { share_last_seen: "no" }],
    ["a NUL", { name: "a\u0000" }],
  ])("is not changed by %s", async (_, body) => {
    const before = await own(ann)
    expectProblem(await ann.put("/v1/users/me", body), "bad_request")
    expect(await own(ann)).toEqual(before)
  })
})

describe("somebody's profile", () => {
  it("is not found while he was never seen, though he may be in a conversation", async () => {
    await ann.with("nobody-yet")
    expectProblem(await ann.get("/v1/users/nobody-yet"), "not_found")
    expectProblem(await ann.get("/v1/users/no%20id"), "not_found")
  })

  it("says nothing of his privacy", async () => {
    expect(Object.keys(read(Profile, await ann.get("/v1/users/bob")))).toEqual(["user_id", "name"])
  })
})
