/** The bare `ws` server as a target. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { WebSocket } from "ws"
import type { CommitKind } from "./bareCommit.ts"
import { openRaw, type RawReceiver } from "./rawReceiver.ts"
import type { Target } from "./target.ts"
import { freePort } from "@parley/runtime/freePort"

export interface Bare extends Target {
  /** As many connections that all get what `sender` sends, which is one more. */
  readonly room: (
    count: number,
  ) => Promise<{ readonly sender: WebSocket; readonly receivers: ReadonlyArray<RawReceiver> }>
}

/** @param kept how, and in which directory, a message is kept before it is answered; default: not at all. */
export const startBare = async (
  environment: Readonly<Record<string, string>> = {},
  kept?: { readonly kind: CommitKind; readonly directory: string },
): Promise<Bare> => {
  const port = await freePort()
  const child = spawn(
    process.execPath,
    [
      new URL("./bareServer.ts", import.meta.url).pathname,
      String(port),
      ...(kept ? [kept.kind, kept.directory] : []),
    ],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    },
  )
  await once(child.stdout, "data")
  const sockets: Array<WebSocket> = []
  const raw: Array<RawReceiver> = []
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
    room: async (count) => ({
      sender: await open("room"),
      receivers: await Promise.all(
        Array.from({ length: count }, async () => {
          const receiver = await openRaw(`ws://127.0.0.1:${port}/?room=room`)
          raw.push(receiver)
          return receiver
        }),
      ),
    }),
    stop: async () => {
      for (const socket of [...sockets, ...raw]) socket.terminate()
      child.kill()
      await once(child, "exit")
    },
  }
}
