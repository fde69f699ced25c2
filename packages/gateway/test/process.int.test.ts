/** The process as an operator meets it: how it starts, refuses to start, and leaves. */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))

interface Run {
  readonly child: ChildProcess
  readonly output: () => string
  readonly listening: Promise<string>
  readonly exit: Promise<number | null>
}

let directory: string
let running: Array<ChildProcess> = []
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "parley-process-"))
})
afterEach(() => {
  for (const child of running) child.kill("SIGKILL")
  running = []
  rmSync(directory, { recursive: true, force: true })
})

const start = (env: Record<string, string> = {}): Run => {
  const ports = { PARLEY_HTTP_PORT: "0", PARLEY_OPS_PORT: "0" }
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: {
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      PARLEY_DEV_LOGIN: "true",
      PARLEY_DATA_DIR: directory,
      ...ports,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  running.push(child)
  let output = ""
  const listening = new Promise<string>((resolve) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString()
      const address = /Parley listens on (\S+)\n/.exec(output)?.[1]
      if (address !== undefined) resolve(address)
    }
    child.stdout.on("data", take)
    child.stderr.on("data", take)
  })
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve))
  return { child, output: () => output, listening, exit }
}

const login = (url: string, user: string): Promise<Response> =>
  fetch(`${url}/v1/dev/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user_id: user }),
  })
const inbox = async (url: string, token: string): Promise<number> =>
  (await fetch(`${url}/v1/conversations`, { headers: { authorization: `Bearer ${token}` } })).status

it("says where it listens and that anybody may sign in; leaves with 0 on SIGTERM; tokens survive a restart", async () => {
  const first = start()
  const url = await first.listening
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(first.output()).toContain("Development login is on")
  const { access_token } = (await (await login(url, "ann")).json()) as { access_token: string }
  expect(await inbox(url, access_token)).toBe(200)
  first.child.kill("SIGTERM")
  expect(await first.exit).toBe(0)
  expect(first.output()).not.toContain(access_token)

  const second = start()
  expect(await inbox(await second.listening, access_token)).toBe(200)
  second.child.kill("SIGINT")
  expect(await second.exit).toBe(0)
})

it("a bad configuration: 78, a line for each value, nothing made", async () => {
  const run = start({ PARLEY_HTTP_PORT: "x", PARLEY_LIMIT_TEXT_CHARS: "-1" })
  expect(await run.exit).toBe(78)
  expect(run.output().trimEnd().split("\n")).toEqual([
    "the configuration is not usable:",
    expect.stringMatching(/^ {2}PARLEY_HTTP_PORT: /),
    expect.stringMatching(/^ {2}PARLEY_LIMIT_TEXT_CHARS: /),
  ])
  expect(readdirSync(directory)).toEqual([])
})

it("a port in use: 1, and one line that names it", async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  const { port } = other.address() as AddressInfo
  const run = start({ PARLEY_HTTP_PORT: String(port) })
  expect(await run.exit).toBe(1)
  expect(run.output()).toBe(
    `Parley cannot start: port ${port} is in use. Set PARLEY_HTTP_PORT and PARLEY_OPS_PORT.\n`,
  )
  await new Promise((resolve) => other.close(resolve))
})

it("a data directory in use: 1, one line, and the one that uses it goes on", async () => {
  const owner = start()
  const url = await owner.listening
  const intruder = start()
  expect(await intruder.exit).toBe(1)
  expect(intruder.output()).toMatch(/^Parley cannot start: .* is used by another process .*\n$/)
  expect((await login(url, "bob")).status).toBe(200)
})

it("a log that is none: 1, one line, the file as it was", async () => {
  const foreign = "not a database, by far: ".repeat(100)
  writeFileSync(join(directory, "events.db"), foreign)
  const run = start()
  expect(await run.exit).toBe(1)
  expect(run.output()).toMatch(/^Parley cannot start: .*events\.db .*\n$/)
  expect(readFileSync(join(directory, "events.db"), "utf8")).toBe(foreign)
})

it("an open connection does not keep it from leaving", async () => {
  const run = start()
  const url = await run.listening
  // Kept alive by the client's pool.
  await (await login(url, "ann")).text()
  run.child.kill("SIGTERM")
  expect(await run.exit).toBe(0)
})

it("told to stop while it starts: 0, and it has never said that it serves", async () => {
  const run = start()
  await expect.poll(() => readdirSync(directory), { timeout: 60_000, interval: 5 }).toContain("parley.lock")
  run.child.kill("SIGTERM")
  expect(await run.exit).toBe(0)
  expect(run.output()).not.toContain("listens on")
})

it("a second signal while it stops ends it at once", async () => {
  const run = start()
  await run.listening
  run.child.kill("SIGTERM")
  run.child.kill("SIGINT")
  expect(await run.exit).toBe(130)
})
