/** The command as an operator runs it: a process of its own, with nothing in its environment but what the test gives. */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<Ended>
  /** Resolves with stdout once it holds the text. Rejects when the process ends before. */
  readonly prints: (text: string) => Promise<string>
}

type Environment = Readonly<Record<string, string | undefined>>

export const start = (args: ReadonlyArray<string>, env: Environment = {}): Running => {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let [stdout, stderr] = ["", ""]
  const waiting = new Set<() => void>()
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString()
    for (const look of waiting) look()
  })
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = new Promise<Ended>((resolve) =>
    child.once("close", (status) => resolve({ status, stdout, stderr })),
  )
  const prints = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!stdout.includes(text)) return
        waiting.delete(look)
        resolve(stdout)
      }
      waiting.add(look)
      look()
      void ended.then((end) => reject(new Error(`ended with ${end.status} before: ${stdout}${stderr}`)))
    })
  return { child, stdout: () => stdout, stderr: () => stderr, ended, prints }
}

/** Runs it to its end. */
export const parley = (args: ReadonlyArray<string>, env: Environment = {}): Promise<Ended> =>
  start(args, env).ended
