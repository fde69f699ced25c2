import { StreamToken } from "@parley/domain/wire/http"
import { Device, Devices } from "@parley/domain/wire/users"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import { type Answered, expectProblem, Person, read } from "./Person.ts"
import { Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
beforeAll(async () => {
  app = await startApp()
  ann = await Person.signIn(app, "ann")
})
afterAll(() => app.close())

const fcm = { provider: "fcm", token: "a-registration-token" }
const webpush = {
  provider: "webpush",
  subscription: {
    endpoint: "https://push.example/send/1",
    expirationTime: null,
    keys: {
      p256dh: "BIPUL12DLfytvTajnryr2PRdAgXS3HGKiLqndGcJGabyhHheJYlNGCeXl1dn18gSJ1WAkAPIxr4gK0_dQds4yiI",
      auth: "8eDyX_uCN0XRhSbY5hs7Hg",
    },
  },
}
const listed = async (person: Person) => read(Devices, await person.get("/v1/devices")).items
const tokenFor = (person: Person, device_id: string) => person.post("/v1/ws/token", { device_id })
/** Resolves when the server closes it, with the code. */
const closed = (socket: Socket): Promise<string> =>
  socket
    .until(() => false)
    .then(
      () => "open",
      (cause: Error) => cause.message,
    )

/** How a connection by this token ends, by itself. */
const endOf = async (issued: Answered): Promise<string> => {
  const { token, url } = read(StreamToken, issued)
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  return new Promise((resolve) => {
    socket.once("close", (code) => resolve(`closed ${code}`))
    socket.once("error", (cause) => resolve(cause.message))
  })
}
const refused = "Unexpected server response: 401"

describe("devices", () => {
  it("are registered, changed and listed, and never show where their pushes go", async () => {
    const put = await ann.put("/v1/devices/phone-1", { platform: "android", push: fcm })
    expect([put.status, read(Device, put)]).toMatchObject([
      200,
      { device_id: "phone-1", platform: "android", push: { provider: "fcm" } },
    ])
    await ann.put("/v1/devices/laptop", { platform: "web", push: webpush })
    await ann.put("/v1/devices/phone-1", { platform: "android" })
    const answered = await ann.get("/v1/devices")
    expect(read(Devices, answered).items).toMatchObject([
      { device_id: "laptop", platform: "web", push: { provider: "webpush" } },
      { device_id: "phone-1", platform: "android" },
    ])
    expect((await listed(ann))[1]).not.toHaveProperty("push")
    for (const secret of ["registration", "push.example", "8eDyX"])
      expect(answered.text).not.toContain(secret)
    expect(await listed(await Person.signIn(app, "bob"))).toEqual([])
  })

  it("are gone at once when they are deleted, which may be asked twice and of any id", async () => {
    await ann.put("/v1/devices/old", { platform: "ios" })
    for (const id of ["old", "old", "never-registered"])
      expect((await ann.delete(`/v1/devices/${id}`)).status).toBe(204)
    expect((await listed(ann)).map(({ device_id }) => device_id)).not.toContain("old")
  })

  it("are fifty at most", async () => {
    const dora = await Person.signIn(app, "dora")
    for (let n = 0; n < 50; n++) await dora.put(`/v1/devices/d${n}`, { platform: "web" })
    expectProblem(await dora.put("/v1/devices/one-more", { platform: "web" }), "unprocessable")
    expect(await listed(dora)).toHaveLength(50)
  })

  it.each([
    ["an unknown platform", { platform: "fridge" }],
    ["no platform", {}],
    ["a push without its token", { platform: "android", push: { provider: "fcm" } }],
    ["a token of a subscription's provider", { platform: "web", push: { ...fcm, provider: "webpush" } }],
    [
      "a subscription that is no https address",
      {
        platform: "web",
        push: { ...webpush, subscription: { ...webpush.subscription, endpoint: "http://10.0.0.1/" } },
      },
    ],
  ])("are not registered with %s", async (_, body) => {
    expectProblem(await ann.put("/v1/devices/odd", body), "bad_request")
  })

  it("have well-formed ids", async () => {
    expectProblem(await ann.put("/v1/devices/a%20b", { platform: "web" }), "bad_request")
    expectProblem(await ann.delete("/v1/devices/a%20b"), "not_found")
  })
})

describe("a revoked device", () => {
  it("loses its connection at once with 4503, and nobody else loses his", async () => {
    const [lost, kept] = [await Socket.open(ann, "lost"), await Socket.open(ann, "kept")]
    const other = await Socket.open(await Person.signIn(app, "bob"), "lost")
    const ended = closed(lost)
    expect((await ann.delete("/v1/devices/lost")).status).toBe(204)
    expect(await ended).toBe("closed 4503")
    for (const socket of [kept, other]) {
      expect(await socket.ask({ type: "sync", payload: {} })).toMatchObject({ type: "ack" })
      socket.close()
    }
  })

  it("gets no stream token and no connection by one from before, until it is registered again", async () => {
    const before = await tokenFor(ann, "stolen")
    await ann.delete("/v1/devices/stolen")
    expectProblem(await tokenFor(ann, "stolen"), "forbidden")
    expect(await endOf(before)).toBe(refused)
    await ann.put("/v1/devices/stolen", { platform: "android" })
    const socket = await Socket.open(ann, "stolen")
    expect(await socket.ask({ type: "sync", payload: {} })).toMatchObject({ type: "ack" })
    socket.close()
  })

  it("has no connection afterwards, however its deletion races with its connecting", async () => {
    const ends = new Set<string>()
    for (let n = 0; n < 50; n++) {
      const device = `raced-${n}`
      const end = endOf(await tokenFor(ann, device))
      expect((await ann.delete(`/v1/devices/${device}`)).status).toBe(204)
      ends.add(await end)
    }
    for (const end of ends) expect(["closed 4503", refused]).toContain(end)
  }, 60_000)
})
