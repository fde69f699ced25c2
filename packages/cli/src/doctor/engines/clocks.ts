/** This machine's clock against those of the engines. */
import { fail, type Finding, ok, warn } from "../Finding.ts"
import type { ClockRead } from "./Look.ts"

/** Leases, deadlines and the times of messages bear so much. */
const toleratedMs = 1_000
/** As for the embedded log: by then calls to the event store may come too late before they begin. */
const wrongMs = 5_000

/** By how much the other one is ahead at least; what passed between asking and hearing may explain the rest. */
const skewOf = ({ remote, before, after }: ClockRead): number => {
  if (remote < before) return remote - before
  return remote > after ? remote - after : 0
}

const inWords = (whose: string, skew: number): string => {
  const by = Math.abs(skew)
  const amount = by < 1_000 ? `${Math.round(by)} ms` : `${(by / 1_000).toFixed(1)} s`
  return skew === 0 ? `${whose} agrees` : `${whose} is ${amount} ${skew > 0 ? "ahead" : "behind"}`
}

export const examineClocks = (clocks: ReadonlyMap<string, ClockRead>): ReadonlyArray<Finding> => {
  if (clocks.size === 0) return []
  const skews = [...clocks].map(([whose, read]) => ({ whose, skew: skewOf(read) }))
  const detail = skews.map(({ whose, skew }) => inWords(whose, skew)).join(", ")
  const most = Math.max(...skews.map(({ skew }) => Math.abs(skew)))
  const remedy = "Keep the clocks of all machines by NTP."
  if (most > wrongMs) return [fail("clocks", `${detail}.`, remedy)]
  return [most > toleratedMs ? warn("clocks", `${detail}.`, remedy) : ok("clocks", detail)]
}
