/** CPU of a Parley of many processes by its parts, from /proc (Linux). Ticks are 10 ms: measure over seconds. */
import { readdirSync, readFileSync } from "node:fs"
import type { Nodes } from "@parley/testkit/nodes/startNodes"
import { cpuUs } from "./cpu.ts"

/** Microseconds since each part began. */
export type CpuByPart = Readonly<Record<string, number>>

/** Process ids by part. Engines that are not ours are found by their name: they start and end helpers as they like. */
export type PartsOf = ReadonlyMap<string, () => ReadonlyArray<number>>

const named = (name: string) => (): ReadonlyArray<number> =>
  readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name
      } catch {
        // It has ended meanwhile.
        return false
      }
    })
    .map(Number)

export const partsOf = ({ gateways, runners, projectors, eventStore }: Nodes): PartsOf => {
  const each = (name: string, all: ReadonlyArray<{ readonly pid: number }>) =>
    all.map((one, place) => [`${name} ${place + 1}`, () => [one.pid]] as const)
  return new Map([
    ...each("gateway", gateways),
    ...each("runner", runners),
    ...each("projector", projectors),
    ["event store", () => [eventStore.pid]],
    ["Postgres", named("postgres")],
    ["Redis", named("redis-server")],
  ])
}

export const cpuByPart = (parts: PartsOf): CpuByPart =>
  Object.fromEntries(
    [...parts].map(([part, pids]) => [part, pids().reduce((all, pid) => all + cpuUs(pid), 0)]),
  )

/** Milliseconds of CPU a second, of `ms` milliseconds between the two. */
export const cpuSince = (before: CpuByPart, after: CpuByPart, ms: number): CpuByPart =>
  Object.fromEntries(Object.entries(after).map(([part, us]) => [part, (us - (before[part] ?? 0)) / ms]))
