/** Parley as a user starts it, in a process of its own on a fresh data directory, limits raised: a target for the generator. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocket } from "ws"
import { freePort } from "./ports.ts"
import type { Pair, Target } from "./target.ts"

const root = new URL("../../", import.meta.url).pathname

export const startParley = async (environment: Readonly<Record<string, string>> = {}): Promise<Target> => {
  const [port, ops] = [await freePort(), await freePort()]
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const child = spawn(process.execPath, [join(root, "packages/gateway/src/main.ts")], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      PARLEY_HTTP_PORT: String(port),
      PARLEY_OPS_PORT: String(ops),
      PARLEY_DATA_DIR: directory,
      PARLEY_DEV_LOGIN: "true",
      PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000000",
      PARLEY_LIMIT_MESSAGES_BURST: "1000000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "1000000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000000",
      ...environment,
    },
  })
  const base = `http://127.0.0.1:${port}`
  let output = ""
  await new Promise<void>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes("Parley listens on")) resolve()
    })
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
  })

  const post = async (
    path: string,
    token: string | undefined,
    body: unknown,
  ): Promise<Record<string, string>> => {
    const answer = await fetch(base + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, string>
  }
  const sockets: Array<WebSocket> = []
  const connect = async (token: string): Promise<WebSocket> => {
    const { token: streamToken, url } = await post("/v1/ws/token", token, { device_id: "bench" })
    const socket = new WebSocket(url!, {
      headers: { authorization: `Bearer ${streamToken}` },
      perMessageDeflate: false,
    })
    sockets.push(socket)
    await once(socket, "message")
    socket.send(JSON.stringify({ id: "sync", type: "sync", payload: {} }))
    await new Promise<void>((resolve) => {
      const listen = (data: Buffer): void => {
        if (!data.toString().includes('"reply_to":"sync"')) return
        socket.off("message", listen)
        resolve()
      }
      socket.on("message", listen)
    })
    return socket
  }
  const login = async (user: string): Promise<string> =>
    (await post("/v1/dev/login", undefined, { user_id: user }))["access_token"]!

  return {
    name: "parley",
    pid: child.pid!,
    pairs: async (count) => {
      const pairs: Array<Pair> = []
      for (let i = 0; i < count; i++) {
        const [a, b] = [await login(`a-${i}`), await login(`b-${i}`)]
        const { id } = await post("/v1/conversations", a, { kind: "direct", user_id: `b-${i}` })
        pairs.push({ conversation: id!, from: await connect(a), to: await connect(b) })
      }
      return pairs
    },
    stop: async () => {
      for (const socket of sockets) socket.terminate()
      child.kill("SIGTERM")
      await once(child, "exit")
      rmSync(directory, { recursive: true })
    },
  }
}
