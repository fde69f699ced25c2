/** What every route has in common: addresses, methods, origins, ids of requests, and what breaks inside. */
import { request } from "node:http"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, send } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

const origin = "https://chat.example"
let app: TestApp
let ann: Person
beforeAll(async () => {
  app = await startApp({ env: { PARLEY_ALLOWED_ORIGINS: origin } })
  ann = await Person.signIn(app, "ann")
})
afterAll(() => app.close())

/** As it is: `fetch` would tidy the path up. */
const rawStatus = (path: string, method = "GET"): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ port: app.port, host: "127.0.0.1", path, method }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on("error", reject)
      .end()
  })

it.each(["/v1", "/v1/", "/v1/nothing", "/v1/search", "/v1/conversations/a/b/c", "/v2/messages"])(
  "%s is not there: not_found",
  async (path) => {
    expectProblem(await ann.get(path), "not_found")
  },
)

it.each([
  ["DELETE", "/v1/conversations", "GET, POST, HEAD, OPTIONS"],
  ["GET", "/v1/messages", "POST, OPTIONS"],
  ["PUT", `/v1/conversations/cnv_${"0".repeat(26)}/messages`, "GET, HEAD, OPTIONS"],
  ["PATCH", "/v1/dev/login", "POST, OPTIONS"],
])("%s %s: method_not_allowed, and which are", async (method, path, allow) => {
  const answered = await send(app, path, { method })
  expectProblem(answered, "method_not_allowed")
  expect(answered.headers.get("allow")).toBe(allow)
})

it("HEAD answers as GET does, without the body", async () => {
  const headers = { authorization: `Bearer ${ann.token}` }
  const answered = await send(app, "/v1/conversations", { method: "HEAD", headers })
  expect([answered.status, answered.text]).toEqual([200, ""])
  expect(answered.headers.get("content-length")).toBe(String('{"items":[]}'.length))
})

it("every answer has a request id of its own", async () => {
  const ids = new Set<string | null>()
  for (let i = 0; i < 3; i++) ids.add((await ann.get("/v1/conversations")).headers.get("x-request-id"))
  expect([ids.size, ids.has(null)]).toEqual([3, false])
})

it("an address that cannot be decoded: bad_request", async () => {
  expect(await rawStatus("/v1/conversations/%ff")).toBe(400)
  expect(await rawStatus("/v1/%")).toBe(400)
  expect(await rawStatus("http://elsewhere/v1/conversations")).toBe(400)
})

it("a browser page of an allowed origin may ask; of another one, not", async () => {
  const ask = (from: string) => send(app, "/v1/messages", { method: "OPTIONS", headers: { origin: from } })
  const allowed = await ask(origin)
  expect(allowed.status).toBe(204)
  expect(allowed.headers.get("access-control-allow-origin")).toBe(origin)
  expect(allowed.headers.get("access-control-allow-headers")).toContain("authorization")
  for (const other of ["https://chat.example.evil", "http://chat.example", "null"])
    expect((await ask(other)).headers.get("access-control-allow-origin")).toBeNull()
  // A problem can be read too.
  const refused = await send(app, "/v1/messages", { method: "POST", headers: { origin } })
  expect(refused.headers.get("access-control-allow-origin")).toBe(origin)
})

it("each error's page is there", async () => {
  const problem = expectProblem(await ann.get("/v1/nothing"), "not_found")
  expect((await send(app, problem.type)).status).toBe(200)
})

it.each([
  "/assets/../../package.json",
  "/assets/..%2f..%2f..%2fpackage.json",
  "/assets/%2e%2e/%2e%2e/gateway/src/main.ts",
  "/../../gateway/src/main.ts",
  "//etc/passwd",
  "/index.html%00.css",
  "/stamp",
  "/assets/__proto__",
])("%s: only the files of the page are served", async (path) => {
  expect(await rawStatus(path)).toBe(404)
})

it("what breaks inside is internal: logged under its request id, nothing of it in the answer", async () => {
  const broken = await startApp({ ask: () => Effect.die(new Error("SELECT secret FROM /var/lib/parley")) })
  try {
    const answered = await (
      await Person.signIn(broken, "ann")
    ).post("/v1/groups", { name: "x", member_ids: [] })
    const problem = expectProblem(answered, "internal")
    expect(answered.text).not.toMatch(/SELECT|parley\/|stack/)
    expect(broken.log()).toContain("SELECT secret")
    expect(broken.log()).toContain(problem.request_id)
  } finally {
    await broken.close()
  }
})

it("what cannot answer now is unavailable: again after a while", async () => {
  const away = await startApp({ ask: () => Effect.fail(new Unavailable({ reason: "disk /dev/sda1 full" })) })
  try {
    const answered = await (
      await Person.signIn(away, "ann")
    ).post("/v1/groups", { name: "x", member_ids: [] })
    const problem = expectProblem(answered, "unavailable")
    expect(problem).toMatchObject({ retryable: true, retry_after_ms: 1_000 })
    expect(answered.headers.get("retry-after")).toBe("1")
    expect(answered.text).not.toContain("sda1")
  } finally {
    await away.close()
  }
})

it("no token is ever logged", async () => {
  await send(app, "/v1/conversations", { headers: { authorization: "Bearer aaaa.bbbb.cccc" } })
  await ann.get("/v1/conversations")
  expect(app.log()).not.toMatch(new RegExp(`aaaa|${ann.token.slice(-20)}`))
})
