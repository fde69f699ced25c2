/** Signing in for development, and stream tokens. */
import { DevLogin, StreamToken } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read, send } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

const login = (to: TestApp, body: unknown) =>
  send(to, "/v1/dev/login", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })

it("development login answers a token that opens the other routes", async () => {
  const { access_token, user_id } = read(DevLogin, await login(app, { user_id: "ann", name: "Ann" }))
  expect(user_id).toBe("ann")
  const inbox = await send(app, "/v1/conversations", { headers: { authorization: `Bearer ${access_token}` } })
  expect([inbox.status, inbox.json]).toEqual([200, { items: [] }])
})

it("development login is not there unless it is on", async () => {
  const closed = await startApp({ env: { PARLEY_DEV_LOGIN: "false" } })
  try {
    expectProblem(await login(closed, { user_id: "ann" }), "not_found")
  } finally {
    await closed.close()
  }
})

it("a malformed user id cannot sign in", async () => {
  const problem = expectProblem(await login(app, { user_id: "no spaces" }), "bad_request")
  expect(problem.errors?.[0]?.path).toBe("user_id")
})

it("a stream token comes with an address that can be dialled", async () => {
  const ann = await Person.signIn(app, "ann")
  const answered = await ann.post("/v1/ws/token", { device_id: "phone-1" })
  expect(answered.status).toBe(200)
  expect(read(StreamToken, answered).url).toBe(`ws://127.0.0.1:${app.port}/v1/stream?v=1`)
})

it("behind a proxy that ends TLS the address is of TLS too", async () => {
  const ann = await Person.signIn(app, "ann")
  const answered = await ann.post("/v1/ws/token", { device_id: "d" }, { "x-forwarded-proto": "https" })
  expect(read(StreamToken, answered).url).toMatch(/^wss:/)
})

it.each([
  ["no header", {}],
  ["another scheme", { authorization: "Basic YTpi" }],
  ["no token", { authorization: "Bearer" }],
  ["two tokens", { authorization: "Bearer a b" }],
  ["garbage", { authorization: "Bearer a.b.c" }],
])("%s: unauthenticated, and how to do better", async (_, headers: Record<string, string>) => {
  const answered = await send(app, "/v1/conversations", { headers })
  expectProblem(answered, "unauthenticated")
  expect(answered.headers.get("www-authenticate")).toBe("Bearer")
})
