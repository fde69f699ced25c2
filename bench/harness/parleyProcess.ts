/** Parley as a user starts it, in a process of its own on a fresh data directory, limits raised, and somebody who talks to it. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { rateLimits } from "@parley/domain/limits"
import { freePort } from "@parley/runtime/freePort"
import { type Speaker, speakTo } from "./speaker.ts"

const root = new URL("../../", import.meta.url).pathname

export interface ParleyProcess extends Omit<Speaker, "hangUp"> {
  /** Of the current process: another one after `restart`. */
  readonly pid: () => number
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

  const { hangUp, ...speaker } = speakTo(base)

  const leave = async (): Promise<number | null> => {
    const exit = once(child, "exit")
    child.kill("SIGTERM")
    const [code] = (await exit) as [number | null]
    return code
  }
  const end = async (): Promise<void> => {
    hangUp()
    await leave()
  }
  return {
    pid: () => child.pid!,
    ...speaker,
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
