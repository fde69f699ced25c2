/**
 * Many nodes behind HAProxy with the face of one process, so that what is asked of one is asked of all.
 *
 * Always true: kills, stops and restarts are of every gateway, runner and projector; the engines stay until `stop`.
 */
import type { RunningProcess } from "../parleyProcess.ts"
import type { RunningParley, StartParleyOptions } from "../startParley.ts"
import { startHaproxy } from "./haproxy.ts"
import { startNodes } from "./startNodes.ts"

/** HAProxy is in front of everybody, so that every client has its address. */
const behindProxy = { PARLEY_TRUSTED_PROXIES: "127.0.0.1" }

const settingsOf = ({ env = {} }: StartParleyOptions): Record<string, string> =>
  Object.fromEntries(
    Object.entries({ ...behindProxy, ...env }).filter((one): one is [string, string] => one[1] !== undefined),
  )

/** Of several exits the worst. */
const worst = (codes: ReadonlyArray<number | null>): number | null => codes.find((code) => code !== 0) ?? 0

const forEach = <A>(all: ReadonlyArray<RunningProcess>, act: (one: RunningProcess) => Promise<A>) =>
  Promise.all(all.map(act))

export const parleyOfNodes = async (options: StartParleyOptions): Promise<RunningParley> => {
  const { dataDir, main, opsPort, port, under } = options
  if ([dataDir, main, opsPort, port, under].some((one) => one !== undefined))
    throw new Error("Many nodes take nothing but settings: see inOneProcess")
  const nodes = await startNodes({ env: settingsOf(options) })
  const { gateways, projectors, runners } = nodes
  const haproxy = await startHaproxy(gateways).catch(async (cause: unknown) => {
    await nodes.stop()
    throw cause
  })
  const behind = [...runners, ...projectors]
  const all = [...gateways, ...behind]
  /** Gateways first: they finish with what they ask. */
  const terminate = async (): Promise<number | null> =>
    worst([
      ...(await forEach(gateways, (one) => one.stop())),
      ...(await forEach(behind, (one) => one.stop())),
    ])
  const stop = async (): Promise<number | null> => {
    try {
      return await terminate()
    } finally {
      await haproxy.stop()
      await nodes.stop()
    }
  }
  try {
    await haproxy.uses(gateways.length)
  } catch (cause) {
    await stop()
    throw cause
  }
  return {
    url: haproxy.url,
    opsUrl: gateways[0]!.opsUrl,
    get pid() {
      return gateways[0]!.pid
    },
    output: () => [...all.map((one) => one.output()), haproxy.output()].join("\n"),
    kill9: async () => void (await forEach(all, (one) => one.kill9())),
    stop,
    restart: async () => {
      await forEach(gateways, (one) => one.terminate())
      await forEach(behind, (one) => one.terminate())
      await forEach(all, (one) => one.restart())
      await haproxy.uses(gateways.length)
    },
  }
}
