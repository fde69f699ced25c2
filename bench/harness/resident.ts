/** Memory of another process (Linux). */
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { WebSocket } from "ws"

export const residentBytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1_024

interface Told {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly sessionId: string }
}

const collect = "HeapProfiler.collectGarbage"
/** Threads are named one after another; nobody says which is the last. */
const namedWithinMs = 500

/** Has a Node process that listens for an inspector on `port` collect its garbage, in every thread; resolves when that is done. */
export const collectGarbage = async (port: number): Promise<void> => {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as ReadonlyArray<{
    readonly webSocketDebuggerUrl: string
  }>
  const socket = new WebSocket(targets[0]!.webSocketDebuggerUrl)
  await once(socket, "open")
  const left = new Set<number | string>([1])
  let named = false
  const done = new Promise<void>((resolve) => {
    const settle = (): void => {
      if (named && left.size === 0) resolve()
    }
    setTimeout(() => {
      named = true
      settle()
    }, namedWithinMs)
    socket.on("message", (data: Buffer) => {
      const { id, method, params } = JSON.parse(data.toString()) as Told
      if (id !== undefined) left.delete(id)
      else if (method === "NodeWorker.attachedToWorker") {
        left.add(params!.sessionId)
        send(3, "NodeWorker.sendMessageToWorker", {
          sessionId: params!.sessionId,
          message: JSON.stringify({ id: 1, method: collect }),
        })
      } else if (method === "NodeWorker.receivedMessageFromWorker") left.delete(params!.sessionId)
      settle()
    })
  })
  const send = (id: number, method: string, params?: object): void =>
    socket.send(JSON.stringify({ id, method, params }))
  send(1, collect)
  send(2, "NodeWorker.enable", { waitForDebuggerOnStart: false })
  await done
  socket.terminate()
}
