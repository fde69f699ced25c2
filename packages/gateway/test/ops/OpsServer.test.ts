/** The operations port. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { defaultLimits } from "@parley/domain/limits"
import { entityCounts } from "@parley/runtime/telemetry/EntityMeters"
import { Histogram, latencyBounds, sizeBounds } from "@parley/runtime/telemetry/Histogram"
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import { Admission } from "../../src/limits/Admission.ts"
import { Pressure } from "../../src/limits/Pressure.ts"
import { RateLimiter } from "../../src/limits/RateLimiter.ts"
import { CommitTimes } from "../../src/ops/CommitTimes.ts"
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
const seconds = new Histogram(latencyBounds)
seconds.record(0.7)
seconds.record(0.8)
const histograms = { seconds, appends: new Histogram(sizeBounds), events: new Histogram(sizeBounds) }
const figures = { commits: 3, appends: 5, events: 8, waiting: 1, histograms }
let time = 0
const commitTimes = new CommitTimes(() => time)
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
  front: {
    stream: streamCounters(),
    limiter: new RateLimiter(defaultLimits),
    admission: { upgrades: admission, syncs: admission },
  },
  pressure: new Pressure(),
  headPosition: () => state.head,
  residents: () => 2,
  stopping: () => state.stopping,
  entities: entityCounts(),
  commitTimes,
}

const listener = (region?: string) =>
  opsListener(
    gaugesOf(parts),
    readinessOf(parts),
    Effect.runSync(rebuildRoutes),
    () => [],
    () => undefined,
    region,
  )
const server = createServer(listener())
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
  const announced = new Set(
    lines.flatMap((line) => /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line)?.[1] ?? []),
  )
  const figuresOf = lines.filter((line) => !line.startsWith("# "))
  for (const line of figuresOf) {
    const name = /^([a-z0-9_]+)(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$/.exec(line)?.[1]
    const family = name?.replace(/_(?:bucket|sum|count)$/, "") ?? ""
    expect([line, announced.has(name ?? "") || announced.has(family)]).toEqual([line, true])
  }
  expect(lines).toContain("parley_commit_seconds_sum 1.5")
  expect(lines).toContain('parley_commit_seconds_bucket{le="0.5"} 0')
  expect(lines).toContain('parley_commit_seconds_bucket{le="1"} 2')
  expect(lines).toContain('parley_commit_seconds_bucket{le="+Inf"} 2')
  expect(lines).toContain("parley_commit_seconds_count 2")
  expect(lines).toContain("parley_commit_seconds_max 0.8")
  expect(lines).toContain('parley_model_lag{model="history"} 0')
  expect(lines).toContain('parley_projection_drift_total{projection="history"} 1')
  expect(lines).toContain('parley_projection_samples_total{projection="receipts"} 7')
  expect(lines).toContain("parley_resident_entities 2")
})

it("a model's lag in seconds is the age of the first commit that it does not know", async () => {
  time = 10_000
  commitTimes.committed(150)
  time = 12_000
  commitTimes.committed(200)
  time = 15_000
  Object.assign(state, { head: 200, history: 150 })
  const [, text] = await ask("/metrics")
  expect(text).toContain('parley_model_lag_seconds{model="history"} 3\n')
  expect(text).toContain('parley_model_lag_seconds{model="membership"} 5\n')
})

it("a region is a label of every figure", async () => {
  const own = createServer(listener("eu-1"))
  await new Promise<void>((resolve) => void own.listen(0, "127.0.0.1", resolve))
  const response = await fetch(`http://127.0.0.1:${(own.address() as AddressInfo).port}/metrics`)
  const figuresOf = (await response.text()).split("\n").filter((line) => /^[a-z]/.test(line))
  expect(figuresOf.filter((line) => !line.includes('{region="eu-1"'))).toEqual([])
  expect(figuresOf).toContain('parley_model_lag{region="eu-1",model="history"} 0')
  await new Promise((resolve) => own.close(resolve))
})

it("nothing else is there", async () => {
  expect((await ask("/"))[0]).toBe(404)
})
