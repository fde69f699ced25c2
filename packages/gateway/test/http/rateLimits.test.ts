/** Rates over HTTP and at the upgrade: by user, by address, and what is answered. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { WebSocket } from "ws"
import type { RateStore } from "../../src/limits/RateStore.ts"
import { RateStoreMemory } from "../../src/limits/RateStoreMemory.ts"
import type { Sheddable } from "../../src/limits/shedOrder.ts"
import { expectProblem, Person, read, send } from "./Person.ts"
import { StreamToken } from "@parley/domain/wire/http"
import { Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

/** Behind a trusted proxy, so that each test comes from an address of its own. */
let trusting: TestApp
let untrusting: TestApp
/** Whose store of buckets can be away, and which can be under pressure. */
let troubled: TestApp
let away = false
const shed = new Set<Sheddable>()

beforeAll(async () => {
  const memory = new RateStoreMemory()
  const rates: RateStore = {
    take: (asks, now) => (away ? { _tag: "Away" } : memory.take(asks, now)),
    size: memory.size,
  }
  trusting = await startApp({
    env: {
      PARLEY_TRUSTED_PROXIES: "127.0.0.0/8",
      PARLEY_LIMIT_GROUP_CREATIONS_BURST: "2",
      PARLEY_LIMIT_GROUP_CREATIONS_PER_MINUTE: "1",
      PARLEY_LIMIT_UNAUTHENTICATED_BURST: "2",
      PARLEY_LIMIT_UNAUTHENTICATED_PER_SECOND: "1",
      PARLEY_LIMIT_UPGRADES_BURST: "2",
      PARLEY_LIMIT_UPGRADES_PER_SECOND: "1",
      PARLEY_LIMIT_LOGINS_BURST: "3",
      PARLEY_LIMIT_LOGINS_PER_SECOND: "1",
    },
  })
  untrusting = await startApp({
    env: {
      PARLEY_LIMIT_REQUESTS_BURST: "3",
      PARLEY_LIMIT_REQUESTS_PER_SECOND: "1",
      PARLEY_LIMIT_LOGINS_BURST: "3",
      PARLEY_LIMIT_LOGINS_PER_SECOND: "1",
    },
  })
  troubled = await startApp({ rates, sheds: (what) => shed.has(what) })
})
afterAll(async () => {
  await Promise.all([trusting, untrusting, troubled].map((app) => app.close()))
})

const logIn = async (app: TestApp, address: string): Promise<number> => {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json", "x-forwarded-for": address },
    body: JSON.stringify({ user_id: "ann" }),
  }
  return (await send(app, "/v1/dev/login", init)).status
}

/** So many at once that the slowest machine does not refill what they take. */
const MANY = 20
const many = <A>(ask: (at: number) => Promise<A>): Promise<ReadonlyArray<A>> =>
  Promise.all(Array.from({ length: MANY }, (_, at) => ask(at)))

/** What a dialled upgrade is answered. */
const dial = async (
  person: Person,
  headers: Record<string, string> = {},
): Promise<readonly [status: number, retryAfter: string | undefined]> => {
  const { token, url } = read(StreamToken, await person.post("/v1/ws/token", { device_id: "phone" }))
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}`, ...headers } })
  return new Promise((resolve) => {
    socket.on("error", () => undefined)
    socket.on("upgrade", () => resolve([101, undefined]))
    socket.on("unexpected-response", (request, response) => {
      request.destroy()
      resolve([response.statusCode!, response.headers["retry-after"]])
    })
  })
}

describe("a user", () => {
  it("makes no more groups than he may, and is told the budget and when to come back", async () => {
    const ann = await Person.signIn(trusting, "ann")
    await ann.group([])
    await ann.group([])
    const refused = await ann.post("/v1/groups", { name: "One more", member_ids: [] })
    expect(expectProblem(refused, "rate_limited").retry_after_ms).toBeLessThanOrEqual(60_000)
    const header = (name: string) => refused.headers.get(name)
    expect(header("ratelimit-policy")).toBe('"groups";q=2;w=120')
    expect(header("ratelimit")).toBe(`"groups";r=0;t=${header("retry-after")}`)
    expect((await ann.get("/v1/conversations")).json).toMatchObject({ items: [{}, {}] })
    expect((await ann.post("/v1/conversations", { kind: "direct", user_id: "bob" })).status).toBe(201)
  })

  it("asks no more than he may, whatever he asks, and others are not held back", async () => {
    const [ann, bob] = [await Person.signIn(untrusting, "ann"), await Person.signIn(untrusting, "bob")]
    const paths = ["/v1/users/me", "/v1/conversations", "/v1/devices", "/v1/sync"]
    const asked = await many((at) => ann.get(paths[at % paths.length]!))
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([200, 429]))
    expect(asked.find(({ status }) => status === 429)!.headers.get("ratelimit-policy")).toBe(
      '"requests";q=3;w=3',
    )
    expect((await bob.get("/v1/users/me")).status).toBe(200)
  })
})

describe("an address", () => {
  it("that sends no valid token is told to slow down; a valid one from there is never refused for it", async () => {
    const ann = await Person.signIn(trusting, "ann")
    const from = { "x-forwarded-for": "192.0.2.11" }
    const bad = { headers: { authorization: "Bearer nonsense", ...from } }
    const asked = await many((at) => send(trusting, "/v1/users/me", at % 2 === 0 ? bad : { headers: from }))
    expect(new Set(asked.map(({ status }) => status))).toEqual(new Set([401, 429]))
    const refused = asked.find(({ status }) => status === 429)!
    expectProblem(refused, "rate_limited")
    expect(refused.headers.get("ratelimit-policy")).toBe('"unauthenticated";q=2;w=2')
    expect((await ann.get("/v1/users/me", from)).status).toBe(200)
    // Upgrades without a valid token count there too.
    const upgrade = (): Promise<number | undefined> =>
      new Promise((resolve) => {
        const address = `${trusting.url.replace("http", "ws")}/v1/stream?v=1`
        const dialled = new WebSocket(address, ["bearer.no"], { headers: other })
        dialled.on("error", () => undefined)
        dialled.on("unexpected-response", (request, response) => {
          request.destroy()
          resolve(response.statusCode)
        })
      })
    const other = { "x-forwarded-for": "192.0.2.14" }
    expect(await many(upgrade)).toContain(429)
  })

  it("counts as the proxy's, whatever the header says, unless the proxy is trusted", async () => {
    const mine = Array.from({ length: MANY }, (_, at) => `192.0.2.${100 + at}`)
    expect(await many((at) => logIn(untrusting, mine[at]!))).toContain(429)
    expect(new Set(await many((at) => logIn(trusting, mine[at]!)))).toEqual(new Set([200]))
    expect(new Set(await many(() => logIn(trusting, "192.0.2.9")))).toEqual(new Set([200, 429]))
  })

  it("opens no more connections than it may", async () => {
    const ann = await Person.signIn(trusting, "ann")
    const from = { "x-forwarded-for": "192.0.2.12" }
    const dialled = await many(() => dial(ann, from))
    expect(new Set(dialled.map(([status]) => status))).toEqual(new Set([101, 429]))
    expect(dialled.every(([status, after]) => status === 101 || Number(after) >= 1)).toBe(true)
    expect((await dial(ann, { "x-forwarded-for": "192.0.2.13" }))[0]).toBe(101)
  })
})

it("while the store of the buckets is away messages and requests go on; groups are unavailable, not too many", async () => {
  const ann = await Person.signIn(troubled, "ann")
  const id = await ann.group([])
  away = true
  expect((await ann.say(id, "k-1", "on we go")).status).toBe(201)
  const refused = await ann.post("/v1/groups", { name: "Now", member_ids: [] })
  away = false
  expectProblem(refused, "unavailable")
  expect(refused.headers.get("retry-after")).toBe("2")
  expect((await ann.post("/v1/groups", { name: "Now", member_ids: [] })).status).toBe(201)
})

it("under pressure new connections are told to come back after 1 to 5 s; those that are there send on", async () => {
  const [ann, bob] = [await Person.signIn(troubled, "ann"), await Person.signIn(troubled, "bob")]
  const id = await ann.with("bob")
  const socket = await Socket.open(ann)
  for (const what of ["typing", "presence", "receipts", "connections"] as const) shed.add(what)
  const [status, retryAfter] = await dial(bob)
  expect([status, Number(retryAfter) >= 1 && Number(retryAfter) <= 5]).toEqual([503, true])
  const payload = { text: "still here" }
  const sent = await socket.ask({
    type: "message.send",
    conversation_id: id,
    client_msg_id: "k-1",
    payload,
  })
  expect(sent.type).toBe("ack")
  shed.clear()
  expect((await dial(bob))[0]).toBe(101)
  socket.close()
})
