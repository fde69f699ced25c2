/** The bare `ws` server as a target. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { WebSocket } from "ws"
import type { Target } from "./target.ts"
import { freePort } from "./ports.ts"

export const startBare = async (): Promise<Target> => {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [new URL("./bareServer.ts", import.meta.url).pathname, String(port)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  await once(child.stdout, "data")
  const sockets: Array<WebSocket> = []
  const open = async (room: string): Promise<WebSocket> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?room=${room}`, { perMessageDeflate: false })
    await once(socket, "open")
    sockets.push(socket)
    return socket
  }
  return {
    name: "bare ws",
    pid: child.pid!,
    pairs: (count) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => ({
          conversation: `room-${i}`,
          from: await open(`room-${i}`),
          to: await open(`room-${i}`),
        })),
      ),
    stop: async () => {
      for (const socket of sockets) socket.terminate()
      child.kill()
      await once(child, "exit")
    },
  }
}
