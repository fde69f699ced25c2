/**
 * The product as an operator starts it, for tests that kill it: one process, or, with `PARLEY_TEST_NODES=1`, many nodes behind HAProxy.
 *
 * Always true: after `stop` or `kill9` no process of it is left; `restart` keeps the address and the data.
 * Not for: tests of a part, which need no process.
 */
import { parleyOfNodes } from "./nodes/parleyOfNodes.ts"
import { startProcess } from "./parleyProcess.ts"

export interface StartParleyOptions {
  /** Must exist, and outlives the process. Without it: a directory of its own, removed by `stop`. */
  readonly dataDir?: string
  /** Beyond the defaults of a test: development login, 127.0.0.1, ports of its own. `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly port?: number
  readonly opsPort?: number
  /** Another entry point than the product's. */
  readonly main?: string
  /** A program to start it under, with its arguments: `["strace", "-f", …]`. */
  readonly under?: ReadonlyArray<string>
}

export interface RunningParley {
  /** `http://127.0.0.1:…`, without a slash at the end. */
  readonly url: string
  readonly opsUrl: string
  /** Of the current process: another one after a restart. With `under`, the pid of that program. Of many nodes: of a gateway. */
  readonly pid: number
  /** All that it wrote, both streams, over all restarts; the newest million characters. */
  readonly output: () => string
  readonly kill9: () => Promise<void>
  /** SIGTERM, then the exit code. Rejects when it does not leave in time (and is killed). */
  readonly stop: () => Promise<number | null>
  /** Starts it again on its data; a running one is stopped first, by SIGTERM. */
  readonly restart: () => Promise<void>
}

const manyNodes = process.env["PARLEY_TEST_NODES"] === "1"

/** What only a single process has, such as files of its own: `it.runIf(inOneProcess("a data directory"))(…)` says why it is left out. */
export const inOneProcess = (what: string): boolean => {
  if (manyNodes) console.warn(`Left out: many nodes have no ${what}`)
  return !manyNodes
}

/** Starts the product and waits until it serves. Whoever starts it stops it. */
export const startParley = (options: StartParleyOptions = {}): Promise<RunningParley> =>
  manyNodes ? parleyOfNodes(options) : startProcess(options)
