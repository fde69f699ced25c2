/**
 * A Postgres server of one's own, from the machine's binaries, in a temporary directory and behind a socket there.
 *
 * Always true: it is as durable as a real one (`fsync` and `synchronous_commit` stay on unless a test says otherwise), and it is gone
 * with its files when the test process is, however that ends.
 * Postgres refuses to run as root: then it runs as the user `postgres`.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chownSync,
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"

export interface ThrowawayPostgres {
  /** Of the superuser, who needs no password; another user does. */
  readonly url: string
  readonly urlOf: (user: string, password: string) => string
  /** Its own, removed with it; `data` in it is the server's. */
  readonly directory: string
  /** Runs one statement as the superuser, and gives what `psql -At` prints. */
  readonly psql: (statement: string) => string
  /** SIGKILL to the postmaster. The sessions end, and nothing is flushed. */
  readonly kill: () => Promise<void>
  /** After `kill`; answers when the server does. Settings add to those of the first start. */
  readonly start: (settings?: Readonly<Record<string, string>>) => Promise<void>
  /** SIGSTOP and SIGCONT to all its processes. */
  readonly freeze: () => void
  readonly thaw: () => void
  /** Ends it and removes its files. */
  readonly stop: () => Promise<void>
}

const root = "/usr/lib/postgresql"

/** The newest version's binaries; `undefined` on a machine without. */
export const postgresBinaries = (): string | undefined => {
  try {
    const [newest] = readdirSync(root).toSorted((one, other) => Number(other) - Number(one))
    return newest === undefined ? undefined : join(root, newest, "bin")
  } catch {
    return undefined
  }
}

const idOf = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }))
const asWhom = (): { readonly uid?: number; readonly gid?: number } =>
  process.getuid?.() === 0 ? { uid: idOf("-u"), gid: idOf("-g") } : {}

const defaults = {
  listen_addresses: "",
  max_connections: "60",
  shared_buffers: "16MB",
  jit: "off",
  wal_level: "minimal",
  max_wal_senders: "0",
}

/** The server's processes: the postmaster and its children. */
const processesOf = (postmaster: number): ReadonlyArray<number> => {
  const children = execFileSync("ps", ["--no-headers", "-o", "pid", "--ppid", String(postmaster)], {
    encoding: "utf8",
  })
  return [postmaster, ...children.split("\n").map(Number).filter(Boolean)]
}

class Server implements ThrowawayPostgres {
  readonly #binaries: string
  readonly directory: string
  readonly #user = asWhom()
  readonly #watchdog: ChildProcess
  #settings: Readonly<Record<string, string>> = defaults
  #postmaster: ChildProcess | undefined

  constructor(binaries: string) {
    this.#binaries = binaries
    this.directory = mkdtempSync(join(tmpdir(), "parley-pg-"))
    if (this.#user.uid !== undefined) chownSync(this.directory, this.#user.uid, this.#user.gid!)
    // Its input ends with this process, even by SIGKILL.
    this.#watchdog = spawn(
      "sh",
      [
        "-c",
        'read _; kill -9 $(head -n 1 "$1/data/postmaster.pid") 2>/dev/null; rm -rf "$1"',
        "sh",
        this.directory,
      ],
      { stdio: ["pipe", "ignore", "ignore"], detached: true },
    )
    this.#watchdog.unref()
    const { stdin } = this.#watchdog
    if (stdin !== null && "unref" in stdin && typeof stdin.unref === "function") stdin.unref()
  }

  get url(): string {
    return `postgres:///postgres?host=${this.directory}&port=${this.#port}&user=postgres`
  }

  readonly urlOf = (user: string, password: string): string =>
    `postgres:///postgres?host=${this.directory}&port=${this.#port}&user=${user}&password=${encodeURIComponent(password)}`

  readonly psql = (statement: string): string =>
    execFileSync(
      join(this.#binaries, "psql"),
      [
        "-h",
        this.directory,
        "-p",
        this.#port,
        "-U",
        "postgres",
        "-v",
        "ON_ERROR_STOP=1",
        "-Atqc",
        statement,
        "postgres",
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] },
    ).trim()

  init(): void {
    const data = join(this.directory, "data")
    execFileSync(
      join(this.#binaries, "initdb"),
      [
        "-D",
        data,
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
        "--no-instructions",
        "--auth=trust",
      ],
      { ...this.#user, stdio: ["ignore", "ignore", "pipe"], cwd: this.directory },
    )
    writeFileSync(
      join(data, "pg_hba.conf"),
      "local all postgres trust\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n",
    )
  }

  /** A killed server's children may hold its shared memory for a moment: the start is refused until they are gone. */
  readonly start = async (settings: Readonly<Record<string, string>> = {}): Promise<void> => {
    this.#settings = { ...this.#settings, ...settings }
    for (let attempt = 0; attempt < 100; attempt++) {
      if (await this.#started()) return
      await pause(100)
    }
    throw new Error(`Postgres does not start: ${readFileSync(this.#log, "utf8").slice(-2_000)}`)
  }

  readonly kill = async (): Promise<void> => {
    const postmaster = this.#postmaster
    this.#postmaster = undefined
    if (postmaster === undefined) return
    postmaster.kill("SIGKILL")
    if (postmaster.exitCode === null && postmaster.signalCode === null) await once(postmaster, "exit")
  }

  readonly freeze = (): void => this.#signal("SIGSTOP")
  readonly thaw = (): void => this.#signal("SIGCONT")

  readonly stop = async (): Promise<void> => {
    const postmaster = this.#postmaster
    // Asked first, it ends its children and takes leave of them; killed, it leaves that to the system.
    postmaster?.kill("SIGQUIT")
    if (postmaster !== undefined && postmaster.exitCode === null)
      await Promise.race([once(postmaster, "exit"), pause(1_000, undefined, { ref: false })])
    this.#signal("SIGKILL")
    await this.kill()
    this.#watchdog.kill("SIGKILL")
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }

  /** Its socket is named after it. */
  get #port(): string {
    return this.#settings["port"] ?? "5432"
  }

  get #log(): string {
    return join(this.directory, "log")
  }

  #signal(signal: NodeJS.Signals): void {
    const pid = this.#postmaster?.exitCode === null ? this.#postmaster.pid : undefined
    for (const each of pid === undefined ? [] : processesOf(pid))
      try {
        process.kill(each, signal)
      } catch {
        // A session that has just ended.
      }
  }

  /** The eighth line of its lock file tells how far it is. */
  #isReady(pid: number): boolean {
    try {
      const lines = readFileSync(join(this.directory, "data", "postmaster.pid"), "utf8").split("\n")
      return Number(lines[0]) === pid && lines[7]?.trim() === "ready"
    } catch {
      return false
    }
  }

  async #started(): Promise<boolean> {
    const log = openSync(this.#log, "a")
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
    const postmaster = spawn(
      join(this.#binaries, "postgres"),
      ["-D", join(this.directory, "data"), "-k", this.directory, ...settings],
      { ...this.#user, stdio: ["ignore", log, log], cwd: this.directory },
    )
    closeSync(log)
    this.#postmaster = postmaster
    const deadline = Date.now() + 60_000
    while (postmaster.exitCode === null && postmaster.signalCode === null) {
      if (this.#isReady(postmaster.pid!)) return true
      if (Date.now() > deadline) throw new Error("Postgres has not become ready in a minute")
      await pause(20)
    }
    return false
  }
}

/** Throws on a machine without Postgres: see `postgresBinaries`. */
export const startPostgres = async (
  settings: Readonly<Record<string, string>> = {},
): Promise<ThrowawayPostgres> => {
  const binaries = postgresBinaries()
  if (binaries === undefined) throw new Error(`No Postgres under ${root}`)
  const server = new Server(binaries)
  try {
    server.init()
    await server.start(settings)
    return server
  } catch (cause) {
    await server.stop()
    throw cause
  }
}
