/**
 * HAProxy in front of some gateways, with the configuration that operators get; only its addresses are a test's own.
 *
 * Always true: it is a process in the foreground, and `stop` leaves neither it nor its files behind.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { freePort } from "@parley/runtime/freePort"
import { programOnPath, requirement } from "../requirement.ts"

/** As in `deploy/haproxy/haproxy.cfg`. */
const template = fileURLToPath(new URL("../../../../deploy/haproxy/haproxy.cfg", import.meta.url))
const patienceMs = 60_000
const lookEveryMs = 100
const maxOutputChars = 200_000

/** Debian puts it where only root's PATH leads. */
const program = (): string | undefined => programOnPath("haproxy") ?? programOnPath("../sbin/haproxy")

export const haproxyIsHere = (): boolean => requirement("haproxy", program() !== undefined)

export interface Gateway {
  readonly url: string
  readonly opsUrl: string
}

export interface RunningHaproxy {
  /** `http://127.0.0.1:…` */
  readonly url: string
  /** How many gateways it sends clients to at the moment. */
  readonly inUse: () => Promise<number>
  /** Resolves when it uses so many. */
  readonly uses: (count: number) => Promise<void>
  readonly output: () => string
  readonly stop: () => Promise<void>
}

/** The operators' file with these addresses. */
const configurationFor = (port: number, gateways: ReadonlyArray<Gateway>): string => {
  const servers = gateways.map(
    ({ opsUrl, url }, n) => `  server gateway${n + 1} ${new URL(url).host} port ${new URL(opsUrl).port}`,
  )
  const text = readFileSync(template, "utf8")
    .replace(/^ {2}server .*\n/gm, "")
    .replace(/^ {2}bind .*$/m, `  bind 127.0.0.1:${port}`)
  return `${text}${servers.join("\n")}\n`
}

/** Asks it by its administration socket. */
const asked = (path: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = ""
    const socket = createConnection(path, () => socket.write(`${command}\n`))
    socket.on("data", (data) => (answer += data.toString()))
    socket.on("error", reject)
    socket.on("close", () => resolve(answer))
  })

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** Starts it. It may be there before its gateways are. Whoever starts it stops it. */
export const startHaproxy = async (gateways: ReadonlyArray<Gateway>): Promise<RunningHaproxy> => {
  const directory = mkdtempSync(join(tmpdir(), "parley-haproxy-"))
  const port = await freePort()
  const [file, extra, admin] = ["haproxy.cfg", "test.cfg", "admin.sock"].map((name) => join(directory, name))
  writeFileSync(file!, configurationFor(port, gateways))
  writeFileSync(extra!, `global\n  stats socket ${admin} mode 600 level operator\n`)
  const files = ["-f", file!, "-f", extra!]
  let output = ""
  const removed = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    await promisify(execFile)(program()!, ["-c", ...files])
  } catch (cause) {
    removed()
    throw cause
  }
  const child = spawn(program()!, ["-db", ...files], { stdio: ["ignore", "pipe", "pipe"] })
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => (output = (output + String(data)).slice(-maxOutputChars)))
  const stop = async (): Promise<void> => {
    if (!hasEnded(child)) {
      // SIGTERM is its quick end: open streams are cut.
      child.kill("SIGTERM")
      await once(child, "exit")
    }
    removed()
  }
  const inUse = async (): Promise<number> => {
    const table = await asked(admin!, "show stat gateways 4 -1").catch(() => "")
    return table.split("\n").filter((line) => /,UP( \d+\/\d+)?,/.test(line)).length
  }
  const uses = async (count: number): Promise<void> => {
    const until = Date.now() + patienceMs
    while (hasEnded(child) || (await inUse()) !== count) {
      if (hasEnded(child) || Date.now() > until) throw new Error(`HAProxy does not use ${count}:\n${output}`)
      await pause(lookEveryMs)
    }
  }
  return { url: `http://127.0.0.1:${port}`, inUse, uses, output: () => output, stop }
}
