/**
 * One process of the product, started and ended.
 *
 * Always true: after `stop` or `kill9` it is gone; `restart` keeps the address and the data.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { freePort } from "@parley/runtime/freePort"
import { compiled } from "./compiled.ts"
import type { RunningParley, StartParleyOptions } from "./startParley.ts"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const main = `${root}packages/gateway/src/main.ts`
const startTimeoutMs = 30_000
/** The product promises to leave within 30 s of SIGTERM. */
const stopTimeoutMs = 35_000
const maxOutputChars = 1_000_000

export interface ProcessOptions extends StartParleyOptions {
  /** Default: 30 s, from its start to its address on stdout. Many that start at once take longer. */
  readonly startWithinMs?: number
  /** Where it listens. Default: 127.0.0.1. */
  readonly host?: string
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

export interface RunningProcess extends RunningParley {
  /** As `stop`, and it can be started again. */
  readonly terminate: () => Promise<number | null>
}

class Process implements RunningProcess {
  readonly url: string
  readonly opsUrl: string
  readonly #options: ProcessOptions
  readonly #environment: NodeJS.ProcessEnv
  readonly #ownDirectory: string | undefined
  #child: ChildProcess | undefined
  #output = ""

  constructor(options: ProcessOptions, port: number, opsPort: number) {
    this.#options = options
    const { host = "127.0.0.1" } = options
    this.url = `http://${host}:${port}`
    this.opsUrl = `http://${host}:${opsPort}`
    this.#ownDirectory = options.dataDir === undefined ? mkdtempSync(join(tmpdir(), "parley-")) : undefined
    this.#environment = {
      ...process.env,
      ...compiled,
      PARLEY_HTTP_HOST: host,
      PARLEY_HTTP_PORT: String(port),
      PARLEY_OPS_HOST: host,
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
      return await this.terminate()
    } finally {
      if (this.#ownDirectory !== undefined) rmSync(this.#ownDirectory, { recursive: true, force: true })
    }
  }

  readonly terminate = async (): Promise<number | null> => {
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
    await this.terminate()
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
      await within(this.#listening(child), this.#options.startWithinMs ?? startTimeoutMs, () =>
        this.#complaint("did not start in time"),
      )
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

/** Starts it and waits until it serves. Whoever starts it stops it. */
export const startProcess = async (options: ProcessOptions = {}): Promise<RunningProcess> => {
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
