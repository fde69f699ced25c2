/**
 * What a Node process that listens for an inspector spends its main thread's CPU on, by what the code belongs to.
 *
 * Always true: each sample counts once, for the innermost function on its stack that belongs to a part; what Node, V8 and the kernel do for a
 * part counts as its own.
 */
import { once } from "node:events"
import { WebSocket } from "ws"

interface Frame {
  readonly id: number
  readonly callFrame: { readonly functionName: string; readonly url: string }
  readonly children?: ReadonlyArray<number>
}

interface Profile {
  readonly nodes: ReadonlyArray<Frame>
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

/** The first part whose pattern the file's address has. */
export type Parts = ReadonlyArray<readonly [part: string, files: RegExp]>

const samplingUs = 1_000

const partOf = (frame: Frame | undefined, parts: Parts): string | undefined => {
  if (frame === undefined) return undefined
  const { functionName, url } = frame.callFrame
  if (functionName === "(idle)") return "idle"
  if (functionName === "(garbage collector)") return "garbage"
  return url === "" || url.startsWith("node:") ? undefined : parts.find(([, files]) => files.test(url))?.[0]
}

/** Microseconds of each part, what belongs to none under `""`. */
const sum = ({ nodes, samples, timeDeltas }: Profile, parts: Parts): ReadonlyMap<string, number> => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const above = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  )
  const partById = new Map<number, string>()
  const find = (id: number): string => {
    const known = partById.get(id)
    if (known !== undefined) return known
    const parent = above.get(id)
    const part = partOf(byId.get(id), parts) ?? (parent === undefined ? "" : find(parent))
    partById.set(id, part)
    return part
  }
  const total = new Map<string, number>()
  samples.forEach((id, at) => {
    const part = find(id)
    if (part !== "idle") total.set(part, (total.get(part) ?? 0) + timeDeltas[at]!)
  })
  return total
}

/** `inspector`: its WebSocket's address. Profiles from now until `stop`. */
export const profileCpu = async (inspector: string, parts: Parts) => {
  const socket = new WebSocket(inspector)
  await once(socket, "open")
  let last = 0
  const ask = (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++last
    const answer = new Promise<Record<string, unknown>>((resolve) => {
      const hear = (data: Buffer): void => {
        const told = JSON.parse(data.toString()) as { id?: number; result: Record<string, unknown> }
        if (told.id !== id) return
        socket.off("message", hear)
        resolve(told.result)
      }
      socket.on("message", hear)
    })
    socket.send(JSON.stringify({ id, method, params }))
    return answer
  }
  await ask("Profiler.enable")
  await ask("Profiler.setSamplingInterval", { interval: samplingUs })
  await ask("Profiler.start")
  return {
    stop: async (): Promise<ReadonlyMap<string, number>> => {
      const { profile } = await ask("Profiler.stop")
      socket.terminate()
      return sum(profile as unknown as Profile, parts)
    },
  }
}
