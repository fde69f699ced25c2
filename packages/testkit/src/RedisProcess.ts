/**
 * One redis-server of a test's own, in a temporary directory, from the binary on PATH.
 *
 * Always true: after `stop` it and its directory are gone, at the latest with the test's process; it keeps no data on disk, so a
 * restarted one is empty.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const START_MS = 15_000

export interface RedisProcessOptions {
  readonly password?: string
  /** A node of a cluster, which has no slots and knows nobody when it starts first. */
  readonly cluster?: boolean
  /** Where it listens. Default: 127.0.0.1. */
  readonly host?: string
  /** A program to start it under, with its arguments. */
  readonly under?: ReadonlyArray<string>
}

export const until = async (holds: () => Promise<boolean>): Promise<void> => {
  const end = Date.now() + START_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("redis-server did not start in time")
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const encode = (command: ReadonlyArray<string>): string =>
  `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`

/** One connection for all: QUIT's own `+OK` ends the answer. */
const answerOf = (
  port: number,
  host: string,
  commands: ReadonlyArray<ReadonlyArray<string>>,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, host)
    let text = ""
    socket.setTimeout(START_MS, () => socket.destroy(new Error("Redis does not answer")))
    socket.on("data", (chunk) => (text += chunk.toString()))
    socket.on("error", reject)
    socket.on("close", () => resolve(text))
    socket.write([...commands, ["QUIT"]].map(encode).join(""))
  })

export class RedisProcess {
  readonly host: string
  readonly port: number
  readonly busPort: number
  readonly #options: RedisProcessOptions
  readonly #directory = mkdtempSync(join(tmpdir(), "parley-redis-"))
  #child: ChildProcess | undefined
  readonly #goAtExit = (): void => {
    this.#child?.kill("SIGKILL")
    this.#remove()
  }

  constructor(options: RedisProcessOptions, port: number, busPort: number) {
    this.#options = options
    this.host = options.host ?? "127.0.0.1"
    this.port = port
    this.busPort = busPort
    process.once("exit", this.#goAtExit)
  }

  readonly restart = async (): Promise<void> => {
    await this.kill9()
    const { cluster = false, password, under = [] } = this.#options
    const flags = ["--port", `${this.port}`, "--bind", this.host, "--save", "", "--appendonly", "no"]
    if (this.host !== "127.0.0.1") flags.push("--protected-mode", "no")
    // A node alone does not know its own address.
    if (cluster)
      flags.push(
        ...["--cluster-enabled", "yes", "--cluster-port", `${this.busPort}`],
        ...["--cluster-announce-ip", "127.0.0.1", "--cluster-node-timeout", "2000"],
      )
    if (password !== undefined) flags.push("--requirepass", password)
    const command = [...under, "redis-server", ...flags, "--dir", this.#directory]
    const child = spawn(command[0]!, command.slice(1), { stdio: "ignore" })
    this.#child = child
    const failed = new Promise<never>((_, reject) => {
      child.once("error", reject)
      child.once("exit", () => reject(new Error("redis-server ended before it answered")))
    })
    await Promise.race([this.#answering(), failed])
  }

  readonly #answering = (): Promise<void> =>
    until(async () => (await this.ask(["PING"]).catch(() => "")).includes("PONG"))

  readonly ask = (command: ReadonlyArray<string>): Promise<string> => {
    const { password } = this.#options
    return answerOf(this.port, this.host, password === undefined ? [command] : [["AUTH", password], command])
  }

  readonly kill9 = async (): Promise<void> => {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once("exit", resolve))
    child.kill("SIGKILL")
    await gone
  }

  readonly freeze = (): void => void this.#child?.kill("SIGSTOP")
  readonly thaw = (): void => void this.#child?.kill("SIGCONT")
  readonly flush = async (): Promise<void> => void (await this.ask(["FLUSHALL"]))

  readonly stop = async (): Promise<void> => {
    await this.kill9()
    process.off("exit", this.#goAtExit)
    this.#remove()
  }

  #remove(): void {
    rmSync(this.#directory, { recursive: true, force: true })
  }
}
