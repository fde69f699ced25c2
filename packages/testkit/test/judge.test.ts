/** The clients of the tests against a server that does not keep to its own documents: they notice. */
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { defaultLimits } from "@parley/domain/limits"
import { asyncApi } from "@parley/gateway/documents/asyncApi"
import { openApi } from "@parley/gateway/documents/openApi"
import { routes } from "@parley/gateway/http/routes"
import { judge, judgeConnection } from "@parley/testkit/documents/judge"
import { Account } from "@parley/testkit/independent/Account"
import { RawUser } from "@parley/testkit/raw/RawClient"
import { afterAll, beforeAll, expect, it } from "vitest"

let server: Server
let base: string
let inbox: object = { items: [] }

beforeAll(async () => {
  const documents: Readonly<Record<string, object>> = {
    "/openapi.json": openApi(routes, defaultLimits),
    "/asyncapi.json": asyncApi(defaultLimits),
  }
  server = createServer((request, response) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "x-request-id": "req_5f1c2ab07c9e4d1f8a",
    })
    response.end(JSON.stringify(documents[request.url ?? ""] ?? inbox))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

it("an answer with a field that no document names reaches nobody", async () => {
  const [raw, independent] = [new RawUser(base, "ann", "t"), new Account(base, "ann", "t", judge)]
  expect((await raw.get("/v1/conversations")).body).toEqual(inbox)
  expect((await independent.call("GET", "/v1/conversations")).body).toEqual(inbox)
  inbox = { items: [], total: 0 }
  await expect(raw.get("/v1/conversations")).rejects.toThrow(/openapi.*additional properties/)
  await expect(independent.call("GET", "/v1/conversations")).rejects.toThrow(/openapi.*additional properties/)
})

it("a frame with a field that no document names is thrown where it is seen", async () => {
  const connection = await judgeConnection(base)
  const frame = { id: "evt_a_1", type: "cursor", ts: "2026-11-24T03:00:00.000Z", payload: { cursor: "c" } }
  expect(() => connection.received(JSON.stringify(frame))).not.toThrow()
  expect(() => connection.received(JSON.stringify({ ...frame, node: "a" }))).toThrow(/asyncapi.*additional/)
})
