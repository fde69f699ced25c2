/** The model's answers as Markdown, one column an example. */
import { type Capacity, capacityOf, type Headroom, type Measured, type Workload } from "./model.ts"

const number = (value: number): string =>
  value >= 1e6
    ? `${(value / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} million`
    : value.toLocaleString("en", value < 10 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 })

const rows: ReadonlyArray<readonly [string, (capacity: Capacity) => number]> = [
  ["messages a second, average", ({ messagesPerSecond }) => messagesPerSecond.average],
  ["messages a second, busiest", ({ messagesPerSecond }) => messagesPerSecond.peak],
  ["connections", ({ connections }) => connections],
  ["deliveries a second", ({ deliveriesPerSecond }) => deliveriesPerSecond],
  ["cores of runners and projectors", ({ runnerCores }) => runnerCores],
  ["cores of gateways", ({ gatewayCores }) => gatewayCores],
  ["gateway processes", ({ gateways }) => gateways],
  ["memory of connections, GiB", ({ gatewayMemoryGiB }) => gatewayMemoryGiB],
  ["logs side by side", ({ logs }) => logs],
  ["commits (fsyncs) a second, all logs", ({ commitsPerSecond }) => commitsPerSecond],
  ["out to clients, Gbit/s", ({ outGbitPerSecond }) => outGbitPerSecond],
  ["log a year, TiB, all copies", ({ logTiBPerYear }) => logTiBPerYear],
  ["read models a year, TiB", ({ modelTiBPerYear }) => modelTiBPerYear],
]

export const capacityTable = (
  examples: ReadonlyArray<readonly [string, Workload]>,
  measured: Measured,
  headroom: Headroom,
): string => {
  const found = examples.map(([, work]) => capacityOf(work, measured, headroom))
  const line = (cells: ReadonlyArray<string>): string => `| ${cells.join(" | ")} |`
  return [
    line(["", ...examples.map(([name]) => name)]),
    line(["---", ...examples.map(() => "---:")]),
    ...rows.map(([name, read]) => line([name, ...found.map((capacity) => number(read(capacity)))])),
  ].join("\n")
}
