/**
 * The product as a process of its own, as an operator starts it, for tests that kill it.
 *
 * Always true: after `stop` or `kill9` the process is gone; `restart` keeps the address and the data.
 * Not for: tests of a part, which need no process.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { freePort } from "./freePort.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const main = `${root}packages/gateway/src/main.ts`
/** From the start of the process to its address on stdout. */
const startTimeoutMs = 30_000
/** The product promises to leave within 30 s of SIGTERM. */
const stopTimeoutMs = 35_000
const maxOutputChars = 1_000_000

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
  /** Of the current process: another one after a restart. With `under`, the pid of that program. */
  readonly pid: number
  /** All that it wrote, both streams, over all restarts; the newest million characters. */
  readonly output: () => string
  readonly kill9: () => Promise<void>
  /** SIGTERM, then the exit code. Rejects when it does not leave in time (and is killed). */
  readonly stop: () => Promise<number | null>
  /** Starts it again on its data; a running one is stopped first, by SIGTERM. */
  readonly restart: () => Promise<void>
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

const ended = (child: ChildProcess): Promise<number | null> =>
  hasEnded(child)
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once("exit", (code) => resolve(code)))

const within = async <A>(promise: Promise<A>, ms: number, otherwise: () => Error): Promise<A> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(otherwise()), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

class Process implements RunningParley {
  readonly url: string
  readonly opsUrl: string
  readonly #options: StartParleyOptions
  readonly #environment: NodeJS.ProcessEnv
  readonly #ownDirectory: string | undefined
  #child: ChildProcess | undefined
  #output = ""

  constructor(options: StartParleyOptions, port: number, opsPort: number) {
    this.#options = options
    this.url = `http://127.0.0.1:${port}`
    this.opsUrl = `http://127.0.0.1:${opsPort}`
    this.#ownDirectory = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), "parley-")) : undefined
    this.#environment = {
      ...process.env,
      PARLEY_HTTP_HOST: "127.0.0.1",
      PARLEY_HTTP_PORT: String(port),
      PARLEY_OPS_PORT: String(opsPort),
      PARLEY_DATA_DIR: options.dataDir ?? this.#ownDirectory,
      PARLEY_DEV_LOGIN: "true",
      ...options.env,
    }
  }

  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error("Parley is not running")
    return pid
  }

  readonly output = (): string => this.#output

  readonly kill9 = async (): Promise<void> => {
    const child = this.#child
    if (child === undefined || hasEnded(child)) return
    child.kill("SIGKILL")
    await ended(child)
  }

  readonly stop = async (): Promise<number | null> => {
    try {
      return await this.#terminate()
    } finally {
      if (this.#ownDirectory !== undefined) rmSync(this.#ownDirectory, { recursive: true, force: true })
    }
  }

  readonly #terminate = async (): Promise<number | null> => {
    const child = this.#child
    if (child === undefined) return null
    if (!hasEnded(child)) child.kill("SIGTERM")
    try {
      return await within(ended(child), stopTimeoutMs, () => this.#complaint("did not stop in time"))
    } catch (cause) {
      await this.kill9()
      throw cause
    }
  }

  readonly restart = async (): Promise<void> => {
    await this.#terminate()
    await this.start()
  }

  readonly start = async (): Promise<void> => {
    const command = [
      ...(this.#options.under ?? []),
      `${root}node_modules/.bin/node`,
      this.#options.main ?? main,
    ]
    const child = spawn(command[0]!, command.slice(1), {
      cwd: root,
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
    })
    this.#child = child
    try {
      await within(this.#listening(child), startTimeoutMs, () => this.#complaint("did not start in time"))
    } catch (cause) {
      await this.kill9()
      throw cause
    }
  }

  /** Resolves when the process has printed its address since this start. */
  #listening(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      let sinceStart = ""
      const take = (chunk: Buffer): void => {
        const text = chunk.toString()
        this.#output = (this.#output + text).slice(-maxOutputChars)
        sinceStart += text
        // Who serves no clients prints the address of its operations port.
        if (sinceStart.includes(this.url) || sinceStart.includes(this.opsUrl)) resolve()
      }
      child.stdout?.on("data", take)
      child.stderr?.on("data", take)
      child.once("error", reject)
      child.once("exit", () => reject(this.#complaint("ended before it listened")))
    })
  }

  #complaint(what: string): Error {
    return new Error(`Parley ${what}. Its last words:\n${this.#output.slice(-4_000)}`)
  }
}

/** Starts the product and waits until it serves. Whoever starts it stops it. */
export const startParley = async (options: StartParleyOptions = {}): Promise<RunningParley> => {
  const parley = new Process(
    options,
    options.port ?? (await freePort()),
    options.opsPort ?? (await freePort()),
  )
  try {
    await parley.start()
  } catch (cause) {
    await parley.stop()
    throw cause
  }
  return parley
}
