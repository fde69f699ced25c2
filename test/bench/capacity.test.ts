/** The capacity model: its arithmetic by hand, its inputs against the rows that were measured, and its page. */
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { examples, headroom, measured } from "../../bench/capacity/assumptions.ts"
import { capacityOf } from "../../bench/capacity/model.ts"
import { capacityTable } from "../../bench/capacity/table.ts"

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8")

describe("the capacity model", () => {
  it("is what a person with a pencil finds", () => {
    const work = {
      dailyUsers: 864_000,
      messagesPerUser: 10,
      peakFactor: 2,
      onlineShare: 0.5,
      connectionsPerUser: 1,
      deliveriesPerMessage: 4,
      receiptEventsPerMessage: 1,
      frameBytes: 1_000,
      logBytes: 1_000,
      modelBytes: 500,
      replicas: 3,
    }
    const figures = {
      messageUs: 120,
      deliveryUs: 10,
      connectionKiB: 16,
      appendsPerLog: 200,
      appendsPerCommit: 4,
    }
    expect(capacityOf(work, figures, { cpu: 0.5, log: 0.5, connectionsPerGateway: 100_000 })).toMatchObject({
      messagesPerSecond: { average: 100, peak: 200 },
      connections: 432_000,
      deliveriesPerSecond: 800,
      runnerCores: 0.04,
      gatewayCores: 0.016,
      gateways: 5,
      logs: 4,
      commitsPerSecond: 100,
      outGbitPerSecond: 0.0064,
    })
  })

  it("starts from the figures of the budget table", () => {
    const { results } = JSON.parse(read("bench/results/reference.json")) as {
      readonly results: ReadonlyArray<{ readonly name: string; readonly measured: number }>
    }
    const row = (name: string): number => results.find((one) => one.name === name)!.measured
    expect(measured.messageUs).toBe(Math.round(row("saturated-cpu")))
    expect(measured.connectionKiB).toBeCloseTo(row("idle-connection"), 1)
  })

  it("has a page that says what it says", () => {
    expect(read("docs/capacity.md")).toContain(capacityTable(examples, measured, headroom))
  })
})
