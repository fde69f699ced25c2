/** The upgrade on a real socket: what is refused, how, and that a refusal uses up no token. */
import { type ClientRequestArgs, type IncomingMessage, createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { Unavailable } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, expect, it } from "vitest"
import { StreamTokens } from "../../src/auth/StreamTokens.ts"
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
    head: Effect.succeed(7),
    connected: (ws, _, grant, head) => {
      connected.push(`${grant.user}/${grant.device} at ${head}`)
      ws.terminate()
    },
    fork: (effect) => void Effect.runFork(effect),
  }
  server.on("upgrade", upgradeListener(gate))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  port = (server.address() as AddressInfo).port
})

afterAll(() => new Promise((resolve) => server.close(resolve)))

const fresh = (): Promise<string> =>
  Effect.runPromise(
    gate.tokens.issue({ userId: "bob", deviceId: "phone", accessExpiresAt: Date.now() + 60_000 }),
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
      resolve({ status: response.statusCode!, headers: response.headers })
    })
    dialled.on("response", async (response) => {
      let body = ""
      for await (const chunk of response) body += String(chunk)
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

it("refuses with Retry-After while draining, or while the log does not answer", async () => {
  const authorization = `Bearer ${await fresh()}`
  const { draining, head } = gate
  gate.draining = () => true
  const first = await dial({ authorization })
  gate.draining = draining
  gate.head = Effect.fail(new Unavailable({ reason: "away" }))
  const second = await dial({ authorization })
  gate.head = head
  for (const { code, headers, status } of [first, second])
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
