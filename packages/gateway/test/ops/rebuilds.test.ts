/** Rebuilding over the operations port. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import {
  ProjectionIsEffect,
  type RebuildProgress,
  RebuildRunning,
  Rebuilds,
  UnknownProjection,
} from "@parley/projections/Rebuilds"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, expect, it } from "vitest"
import { opsListener } from "../../src/ops/OpsServer.ts"
import { rebuildRoutes } from "../../src/ops/rebuilds.ts"

const running: RebuildProgress = {
  projection: "history",
  state: "running",
  applied: 5,
  total: 20,
  rate_per_second: 3,
  eta_seconds: 5,
}
const refuse = (projection: string) => {
  if (projection === "push") return Effect.fail(new ProjectionIsEffect({ projection }))
  return Effect.fail(new UnknownProjection({ projection, known: ["history", "membership"] }))
}
let started = 0
const rebuilds: Rebuilds["Service"] = {
  start: (projection) => {
    if (projection === "broken") return Effect.die(new Error("a secret of the inside"))
    if (projection !== "history") return refuse(projection)
    started += 1
    return started === 1 ? Effect.succeed(running) : Effect.fail(new RebuildRunning({ projection }))
  },
  progress: (projection) => {
    if (projection === "membership") return Effect.succeed(undefined)
    return projection === "history" ? Effect.succeed(running) : refuse(projection)
  },
}
const server = createServer(
  opsListener([], () => [], Effect.runSync(Effect.provideService(rebuildRoutes, Rebuilds, rebuilds))),
)
const without = createServer(opsListener([], () => [], Effect.runSync(rebuildRoutes)))
const listen = (one: typeof server) =>
  new Promise<void>((resolve) => void one.listen(0, "127.0.0.1", resolve))
beforeAll(() => Promise.all([listen(server), listen(without)]))
afterAll(() => Promise.all([server, without].map((one) => new Promise((closed) => one.close(closed)))))

const ask = async (method: string, projection: string, headers = {}, of = server) => {
  const { port } = of.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/rebuild/${projection}`, { method, headers })
  return [response.status, await response.json()]
}
const said = (error: string) => ({ error, detail: expect.any(String) })

it("starts a rebuild once, and tells how far it is", async () => {
  expect(await ask("POST", "history")).toEqual([202, running])
  expect(await ask("POST", "history")).toEqual([409, said("already_running")])
  expect(await ask("GET", "history")).toEqual([200, running])
})

it.each([
  ["POST", "nobody", 404, "unknown_projection"],
  ["GET", "nobody", 404, "unknown_projection"],
  ["POST", "push", 409, "is_effect"],
  ["GET", "membership", 404, "never_rebuilt"],
  ["DELETE", "history", 405, "method_not_allowed"],
])("refuses %s of %s with %d %s", async (method, projection, status, error) => {
  expect(await ask(method, projection)).toEqual([status, said(error)])
})

it("keeps a defect to the server's own log", async () => {
  const [status, body] = await ask("POST", "broken")
  expect([status, body]).toEqual([500, said("internal")])
  expect(JSON.stringify(body)).not.toContain("secret")
})

it("lets no page of a browser start one", async () => {
  const before = started
  expect(await ask("POST", "history", { origin: "https://elsewhere.example" })).toEqual([
    403,
    said("forbidden"),
  ])
  expect(started).toBe(before)
})

it("says so when the server has no part that rebuilds", async () => {
  expect(await ask("POST", "history", {}, without)).toEqual([501, said("not_implemented")])
})
