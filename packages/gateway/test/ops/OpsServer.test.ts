/** The operations port. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { defaultLimits } from "@parley/domain/limits"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { Admission } from "../../src/limits/Admission.ts"
import { Pressure } from "../../src/limits/Pressure.ts"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"
import { gaugesOf, type Parts, readinessOf } from "../../src/ops/gauges.ts"
import { opsListener } from "../../src/ops/OpsServer.ts"
import { rebuildRoutes } from "../../src/ops/rebuilds.ts"
import { streamCounters } from "../../src/stream/StreamCounters.ts"

const state = {
  alive: true,
  stopping: false,
  head: 100,
  history: 100,
  stopped: undefined as string | undefined,
}
const initial = { ...state }
const figures = { commits: 3, appends: 5, events: 8, commitMsTotal: 1_500, commitMsMax: 700, waiting: 1 }
const admission = new Admission({ atWork: 1, waiting: 1 })
const parts: Parts = {
  store: { read: () => ({ ...figures, alive: state.alive }) },
  models: {
    read: () => ({
      history: { position: state.history, stopped: state.stopped } as never,
      membership: { position: 100 } as never,
      receipts: { position: 100 } as never,
      directory: { position: 100 } as never,
    }),
  },
  push: () => undefined,
  drift: {
    read: () => ({
      history: { samples: 9, drifts: 1 },
      membership: { samples: 8, drifts: 0 },
      receipts: { samples: 7, drifts: 0 },
    }),
  } as never,
  stream: streamCounters(),
  limiter: new RateLimiter(defaultLimits),
  pressure: new Pressure(),
  admission: { upgrades: admission, syncs: admission },
  headPosition: () => state.head,
  residents: () => 2,
  stopping: () => state.stopping,
}

const server = createServer(opsListener(gaugesOf(parts), readinessOf(parts), Effect.runSync(rebuildRoutes)))
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve)))
afterAll(() => new Promise<void>((resolve) => void server.close(() => resolve())))
beforeEach(() => void Object.assign(state, initial))

const ask = async (path: string): Promise<readonly [number, string]> => {
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
  return [response.status, await response.text()]
}

it("a server that can serve is ready", async () => {
  expect(await ask("/readyz")).toEqual([200, "ready\n"])
})

it.each([
  ["the store is gone", { alive: false }, /event store/],
  ["it is stopping", { stopping: true }, /stopping/],
  ["a model is far behind", { head: 50_000 }, /history model is 49900 events behind/],
  ["a model has stopped", { stopped: "poisoned" }, /history model has stopped: poisoned/],
])("not ready when %s, and alive all the same", async (_, change, reason) => {
  Object.assign(state, change)
  const [status, text] = await ask("/readyz")
  expect(status).toBe(503)
  expect(text).toMatch(reason)
  expect((await ask("/healthz"))[0]).toBe(200)
})

it("metrics are Prometheus text: every line a comment or a figure, every figure announced", async () => {
  const [status, text] = await ask("/metrics")
  expect(status).toBe(200)
  const lines = text.trimEnd().split("\n")
  const announced = new Set(lines.flatMap((line) => /^# TYPE (\S+) (?:counter|gauge)$/.exec(line)?.[1] ?? []))
  const figuresOf = lines.filter((line) => !line.startsWith("# "))
  for (const line of figuresOf) {
    const name = /^([a-z0-9_]+)(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$/.exec(line)?.[1]
    expect([line, announced.has(name ?? "")]).toEqual([line, true])
  }
  expect(lines).toContain("parley_commit_seconds_total 1.5")
  expect(lines).toContain('parley_model_lag{model="history"} 0')
  expect(lines).toContain('parley_projection_drift_total{projection="history"} 1')
  expect(lines).toContain('parley_projection_samples_total{projection="receipts"} 7')
  expect(lines).toContain("parley_resident_entities 2")
})

it("nothing else is there", async () => {
  expect((await ask("/"))[0]).toBe(404)
})
