/** The upgrade on a real socket: what is refused, how, and that a refusal uses up no token. */
import { type ClientRequestArgs, type IncomingMessage, createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { defaultLimits } from "@parley/domain/limits"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, expect, it } from "vitest"
import { StreamTokens } from "../../src/auth/StreamTokens.ts"
import { expectDocumented } from "../documents/judged.ts"
import { Admission } from "../../src/limits/Admission.ts"
import { callerAddress } from "../../src/limits/callerAddress.ts"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"
import { type Gate, upgradeListener } from "../../src/stream/upgrade.ts"

const server = createServer()
let gate: { -readonly [Name in keyof Gate]: Gate[Name] }
let port = 0
const connected: Array<string> = []

beforeAll(async () => {
  const layer = StreamTokens.layer(Redacted.make("a stream secret of thirty-two bytes"))
  const tokens = await Effect.runPromise(Effect.provide(Effect.service(StreamTokens), layer))
  gate = {
    tokens,
    allowedOrigins: [],
    draining: () => false,
    limiter: new RateLimiter(defaultLimits),
    address: callerAddress([]),
    overloaded: () => false,
    admission: new Admission({ atWork: 8, waiting: 8 }),
    now: () => Date.now(),
    head: Effect.succeed(7),
    isRevoked: (_, device) => Effect.succeed(device === "lost"),
    connected: (ws, socket, grant, head) => {
      connected.push(`${grant.user}/${grant.device} at ${head}`)
      // The answer to the handshake waits for the greeting.
      socket.uncork()
      ws.close()
    },
    fork: (effect) => void Effect.runFork(effect),
  }
  server.on("upgrade", upgradeListener(gate))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

const fresh = (deviceId = "phone"): Promise<string> =>
  Effect.runPromise(
    gate.tokens.issue({ userId: "bob", deviceId, accessExpiresAt: Date.now() + 60_000 }),
  ).then(({ token }) => token)

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage["headers"]
  readonly code?: string
}

const dial = (headers: ClientRequestArgs["headers"], path = "/v1/stream?v=1"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const handshake = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    const dialled = request({ host: "127.0.0.1", port, path, headers: { ...handshake, ...headers } })
    dialled.on("error", reject)
    dialled.on("upgrade", (response, socket) => {
      socket.destroy()
      expectDocumented(path, response, "")
      resolve({ status: response.statusCode!, headers: response.headers })
    })
    dialled.on("response", async (response) => {
      let body = ""
      for await (const chunk of response) body += String(chunk)
      expectDocumented(path, response, body)
      const { code } = JSON.parse(body) as { code: string }
      resolve({ status: response.statusCode!, headers: response.headers, code })
    })
    dialled.end()
  })

it("takes a token by Authorization, once", async () => {
  const headers = { authorization: `Bearer ${await fresh()}` }
  expect((await dial(headers)).status).toBe(101)
  expect(connected.at(-1)).toBe("bob/phone at 7")
  expect(await dial(headers)).toMatchObject({ status: 401, code: "unauthenticated" })
})

it("takes a token as a subprotocol and answers parley.v1", async () => {
  const { headers, status } = await dial({ "sec-websocket-protocol": `parley.v1, bearer.${await fresh()}` })
  expect([status, headers["sec-websocket-protocol"]]).toEqual([101, "parley.v1"])
})

it("a refused upgrade is a problem with its code, and uses up no token", async () => {
  const token = await fresh()
  const authorization = `Bearer ${token}`
  const own = `127.0.0.1:${port}`
  const refused = [
    await dial({ authorization }, "/v1/stream"),
    await dial({ authorization }, "/v1/stream?v=2"),
    await dial({ authorization }, `/v1/other?v=1`),
    await dial({ authorization, origin: "https://elsewhere.example" }),
    await dial({ authorization, origin: "null" }),
    await dial({ authorization, "sec-websocket-version": "12" }),
    await dial({ authorization: "Bearer nonsense" }),
    await dial({}, `/v1/stream?v=1&token=${token}`),
  ]
  expect(refused.map(({ code, status }) => `${status} ${code}`)).toEqual([
    "426 unsupported_version",
    "426 unsupported_version",
    "404 not_found",
    "403 forbidden",
    "403 forbidden",
    "400 bad_request",
    "401 unauthenticated",
    "401 unauthenticated",
  ])
  expect(refused.every(({ headers }) => headers["content-type"] === "application/problem+json")).toBe(true)
  expect((await dial({ authorization, origin: `http://${own}` })).status).toBe(101)
})

it("takes no token of a revoked device", async () => {
  const authorization = `Bearer ${await fresh("lost")}`
  expect(await dial({ authorization })).toMatchObject({ status: 401, code: "unauthenticated" })
})

it("refuses with Retry-After while draining, or while the log does not answer", async () => {
  const authorization = `Bearer ${await fresh()}`
  const { draining, head, isRevoked } = gate
  gate.draining = () => true
  const first = await dial({ authorization })
  gate.draining = draining
  gate.head = Effect.fail(new Unavailable({ reason: "away" }))
  const second = await dial({ authorization })
  gate.head = head
  gate.isRevoked = () => Effect.fail(new Unavailable({ reason: "away" }))
  const third = await dial({ authorization })
  gate.isRevoked = isRevoked
  for (const { code, headers, status } of [first, second, third])
    expect([status, code, headers["retry-after"]]).toEqual([503, "unavailable", "2"])
  expect((await dial({ authorization })).status).toBe(101)
})

it("with allowed origins, takes exactly those", async () => {
  gate.allowedOrigins = ["https://chat.example"]
  const authorization = `Bearer ${await fresh()}`
  expect((await dial({ authorization, origin: "https://chat.example.evil" })).status).toBe(403)
  expect((await dial({ authorization, origin: "https://chat.example" })).status).toBe(101)
  gate.allowedOrigins = []
})

it("over the rate of an address is a 429 that says when to come back, and of which budget", async () => {
  const { limiter } = gate
  gate.limiter = new RateLimiter({ ...defaultLimits, upgrades_burst: 1, upgrades_per_second: 1 })
  const authorization = `Bearer ${await fresh()}`
  await dial({ authorization: "Bearer nonsense" })
  const { code, headers, status } = await dial({ authorization })
  gate.limiter = limiter
  expect([status, code]).toEqual([429, "rate_limited"])
  expect(headers["ratelimit"]).toMatch(/^"upgrades";r=0;t=1$/)
  expect([headers["ratelimit-policy"], headers["retry-after"]]).toEqual(['"upgrades";q=1;w=1', "1"])
  expect((await dial({ authorization })).status).toBe(101)
})
