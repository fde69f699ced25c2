/**
 * What can happen to a Parley of many processes, each as a value.
 *
 * Always true: `begin` returns when it has happened, and `end`, after `lastsMs`, when what was taken away is back, so that the next can
 * happen to the same processes.
 */
import type { RunningParley } from "../startParley.ts"
import type { Nodes } from "./startNodes.ts"

export interface Disturbance {
  readonly name: string
  readonly begin: (nodes: Nodes) => Promise<unknown>
  readonly lastsMs: number
  readonly end: (nodes: Nodes) => Promise<unknown>
  /** So long conversations may take to answer again: from the beginning, or from the end. */
  readonly budget?: { readonly ms: number; readonly from: "begin" | "end" }
  /** It happens to nodes that are `apart` only. */
  readonly apart?: true
}

type Of<A> = (nodes: Nodes) => A

const firstGateway: Of<RunningParley> = ({ gateways }) => gateways[0]!
const firstRunner: Of<RunningParley> = ({ runners }) => runners[0]!
const firstProjector: Of<RunningParley> = ({ projectors }) => projectors[0]!

/** Engines are away for so long. */
const awayMs = 5_000
const frozenMs = 20_000
/** So long that what notices by itself has noticed, and so short that what is retried is retried still. */
const cutMs = 15_000

/** Whoever supervises it starts it again at once. */
const killed = (process_: Of<RunningParley>) => ({
  begin: (nodes: Nodes) => process_(nodes).kill9(),
  lastsMs: 0,
  end: (nodes: Nodes) => process_(nodes).restart(),
})

const signal = (process_: Of<RunningParley>, name: NodeJS.Signals) => async (nodes: Nodes) =>
  process.kill(process_(nodes).pid, name)

/** A frozen one that is over its freeze must be thawed before it can stop. */
const frozen = (process_: Of<RunningParley>) => ({
  begin: signal(process_, "SIGSTOP"),
  lastsMs: frozenMs,
  end: signal(process_, "SIGCONT"),
})

/** Both live, and hear nothing of each other. */
const cut = (one: string, other: string) => ({
  begin: async ({ network }: Nodes) => network!.cut(one, other),
  lastsMs: cutMs,
  end: async ({ network }: Nodes) => network!.heal(),
  apart: true as const,
})

const everyProcess: Of<ReadonlyArray<RunningParley>> = ({ projectors, runners, gateways }) => [
  ...projectors,
  ...runners,
  ...gateways,
]

const nothing = (): Promise<void> => Promise.resolve()

export const disturbances: ReadonlyArray<Disturbance> = [
  { name: "nothing", begin: nothing, lastsMs: 0, end: nothing },
  { name: "kill -9 of a runner", ...killed(firstRunner), budget: { ms: 8_000, from: "begin" } },
  { name: "kill -9 of a gateway", ...killed(firstGateway), budget: { ms: 8_000, from: "begin" } },
  { name: "kill -9 of the projector", ...killed(firstProjector), budget: { ms: 8_000, from: "begin" } },
  { name: "a runner frozen for 20 s", ...frozen(firstRunner), budget: { ms: 10_000, from: "begin" } },
  {
    name: "kill -9 of Redis, back after 5 s",
    begin: ({ redis }) => redis.kill9(),
    lastsMs: awayMs,
    end: ({ redis }) => redis.restart(),
    budget: { ms: 15_000, from: "end" },
  },
  {
    name: "kill -9 of Postgres, back after 5 s",
    begin: ({ postgres }) => postgres.kill(),
    lastsMs: awayMs,
    end: ({ postgres }) => postgres.start(),
    budget: { ms: 15_000, from: "end" },
  },
  {
    name: "kill -9 of the event store, back after 5 s",
    begin: ({ eventStore }) => eventStore.kill9(),
    lastsMs: awayMs,
    end: ({ eventStore }) => eventStore.restart(),
    budget: { ms: 15_000, from: "end" },
  },
  {
    name: "network cut between a runner and the event store, 15 s",
    ...cut("runner0", "eventStore"),
    budget: { ms: 15_000, from: "end" },
  },
  {
    name: "network cut between a gateway and a runner, 15 s",
    ...cut("gateway0", "runner0"),
    budget: { ms: 10_000, from: "end" },
  },
  {
    name: "network cut between a gateway and Redis, 15 s",
    ...cut("gateway0", "redis"),
    budget: { ms: 15_000, from: "end" },
  },
  {
    name: "SIGTERM and restart of every process in turn",
    begin: async (nodes) => {
      for (const process_ of everyProcess(nodes)) await process_.restart()
    },
    lastsMs: 0,
    end: nothing,
  },
]

const isRunning = ({ pid }: RunningParley): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Complaints about those that ended by themselves. */
export const notRunning = (nodes: Nodes): ReadonlyArray<string> =>
  everyProcess(nodes)
    .filter((one) => !isRunning(one))
    .map(({ output }) => `a process ended by itself; its last words: ${output().slice(-1_000)}`)
