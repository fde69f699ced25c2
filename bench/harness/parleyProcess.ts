/** Parley as a user starts it, in a process of its own on a fresh data directory, limits raised, and somebody who talks to it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { rateLimits } from "@parley/domain/limits"
import { WebSocket } from "ws"
import { freePort } from "@parley/runtime/freePort"
import { openRaw, type RawReceiver } from "./rawReceiver.ts"

const root = new URL("../../", import.meta.url).pathname

export interface ParleyProcess {
  /** Of the current process: another one after `restart`. */
  readonly pid: () => number
  /** Throws unless the answer is a success. */
  readonly post: (path: string, token: string | undefined, body: unknown) => Promise<Record<string, string>>
  readonly get: (path: string, token: string) => Promise<Record<string, unknown>>
  readonly login: (user: string) => Promise<string>
  /** Connected and synced. */
  readonly connect: (token: string) => Promise<WebSocket>
  /** The same, for a connection that only receives. */
  readonly receive: (token: string) => Promise<RawReceiver>
  /** Cuts all connections; the data stay. */
  readonly restart: () => Promise<void>
  /** Asks it to stop and leaves the connections alone; the exit code. */
  readonly leave: () => Promise<number | null>
  /** After `leave`: another process on the same data and ports. */
  readonly start: () => Promise<void>
  readonly address: string
  /** The operations port's address. */
  readonly ops: string
  /** The operations port's figures by name, those with labels left out. */
  readonly metrics: () => Promise<ReadonlyMap<string, number>>
  /** The data go too. */
  readonly stop: () => Promise<void>
}

export const launchParley = async (
  environment: Readonly<Record<string, string>> = {},
): Promise<ParleyProcess> => {
  const [port, ops] = [await freePort(), await freePort()]
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const start = async () => {
    const child = spawn(process.execPath, [join(root, "packages/gateway/src/main.ts")], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...process.env,
        PARLEY_HTTP_PORT: String(port),
        PARLEY_OPS_PORT: String(ops),
        PARLEY_DATA_DIR: directory,
        PARLEY_DEV_LOGIN: "true",
        ...Object.fromEntries(rateLimits.map((name) => [`PARLEY_LIMIT_${name.toUpperCase()}`, "1000000"])),
        ...environment,
      },
    })
    let output = ""
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk.toString()
        if (output.includes("Parley listens on")) resolve()
      })
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)))
    })
    return child
  }
  let child = await start()
  const base = `http://127.0.0.1:${port}`

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
  const get = async (path: string, token: string): Promise<Record<string, unknown>> => {
    const answer = await fetch(base + path, { headers: { authorization: `Bearer ${token}` } })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as Record<string, unknown>
  }
  const sockets: Array<WebSocket | RawReceiver> = []
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
  const receive = async (token: string): Promise<RawReceiver> => {
    const { token: streamToken, url } = await post("/v1/ws/token", token, { device_id: "bench" })
    const receiver = await openRaw(url!, { authorization: `Bearer ${streamToken}` })
    sockets.push(receiver)
    await new Promise<void>((resolve) => {
      receiver.onText = (text) => {
        if (text.includes('"type":"hello"'))
          receiver.send(JSON.stringify({ id: "sync", type: "sync", payload: {} }))
        else if (text.includes('"reply_to":"sync"')) resolve()
      }
    })
    return receiver
  }
  const login = async (user: string): Promise<string> =>
    (await post("/v1/dev/login", undefined, { user_id: user }))["access_token"]!

  const leave = async (): Promise<number | null> => {
    const exit = once(child, "exit")
    child.kill("SIGTERM")
    const [code] = (await exit) as [number | null]
    return code
  }
  const end = async (): Promise<void> => {
    for (const socket of sockets.splice(0)) socket.terminate()
    await leave()
  }
  return {
    pid: () => child.pid!,
    post,
    get,
    login,
    connect,
    receive,
    leave,
    start: async () => {
      child = await start()
    },
    address: base,
    ops: `http://127.0.0.1:${ops}`,
    metrics: async () => {
      const text = await (await fetch(`http://127.0.0.1:${ops}/metrics`)).text()
      return new Map(
        Array.from(text.matchAll(/^(\w+) (\S+)$/gm), ([, name, value]) => [name!, Number(value)]),
      )
    },
    restart: async () => {
      await end()
      child = await start()
    },
    stop: async () => {
      await end()
      rmSync(directory, { recursive: true })
    },
  }
}
