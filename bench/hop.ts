/**
 * What a message's CPU goes to on many nodes, and how much of it is the hop from gateway to runner: profiles of the main threads of a gateway,
 * a runner, the projector while one to one messages are sent at a steady rate.
 *
 *   node bench/hop.ts [--rate 100] [--seconds 10] [--pairs 24]
 *
 * Profiling itself costs; compare the parts with each other, and the whole with `bench/nodes.ts`.
 */
import { parseArgs } from "node:util"
import { raised } from "@parley/testkit/chaos/chaos"
import { startNodes } from "@parley/testkit/nodes/startNodes"
import { type Parts, profileCpu } from "./harness/cpuProfile.ts"
import { openLoop } from "./harness/load.ts"
import { machine } from "./harness/machine.ts"
import { acrossGateways } from "./harness/nodesTarget.ts"

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "100" },
    seconds: { type: "string", default: "10" },
    pairs: { type: "string", default: "24" },
  },
})

/** The innermost one counts: a fiber that writes a frame of gRPC is gRPC's from there on. */
const parts: Parts = [
  ["event store", /@grpc|google-protobuf|@eventstore|\/eventStore\//],
  ["Postgres", /sql-pg|effect\/dist\/sql\/|unstable\/sql|\/postgres\//],
  ["Redis", /ioredis|\/redis\//],
  ["schemas", /effect\/dist\/(encoding|Schema|internal\/schema)/],
  ["hop: calls between nodes", /effect\/dist\/(rpc|cluster)|runtime\/src\/cluster\/|platform-node/],
  ["clients", /\/ws\/lib|gateway\/src\//],
  ["models", /projections\/src\//],
  ["deciding, sealing", /packages\/(domain|runtime)\/src\//],
  ["fibers", /effect\/dist\//],
]

const nodes = await startNodes({ env: { ...raised, NODE_OPTIONS: "--inspect=127.0.0.1:0" } })
let hangUp = (): void => undefined
try {
  const across = await acrossGateways(nodes, Number(values.pairs))
  hangUp = across.hangUp
  const rate = Number(values.rate)
  // What is measured are servers that have been at work.
  await openLoop(process.pid, across.pairs, rate, 10)
  const watched = {
    "gateway of the sender": nodes.gateways[0]!,
    "gateway of the recipient": nodes.gateways[1]!,
    "runner 1": nodes.runners[0]!,
    projector: nodes.projectors[0]!,
  }
  const profiles = await Promise.all(
    Object.entries(watched).map(async ([name, { output }]) => {
      const inspector = /Debugger listening on (ws:\S+)/.exec(output())![1]!
      return [name, await profileCpu(inspector, parts)] as const
    }),
  )
  const { messages } = await openLoop(process.pid, across.pairs, rate, Number(values.seconds))
  const found = await Promise.all(profiles.map(async ([name, { stop }]) => [name, await stop()] as const))
  const names = [...parts.map(([name]) => name), "garbage", ""]
  const us = (n: number): string => (n / messages).toFixed(0)
  console.log(
    [
      "",
      `${machine()}, ${rate} messages/s`,
      "",
      "Microseconds of main thread's CPU for each message of the whole, profiler included:",
      "",
      `| | ${found.map(([name]) => name).join(" | ")} |`,
      `|---|${found.map(() => "---").join("|")}|`,
      ...names.map(
        (name) =>
          `| ${name === "" ? "Node and V8 by themselves" : name} | ${found.map(([, of]) => us(of.get(name) ?? 0)).join(" | ")} |`,
      ),
      `| all | ${found.map(([, of]) => us([...of.values()].reduce((all, n) => all + n, 0))).join(" | ")} |`,
    ].join("\n"),
  )
} finally {
  hangUp()
  await nodes.stop()
}
