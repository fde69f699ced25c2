/** `parley up` as a process: a Parley of many processes on this machine that people can chat on, that stops cleanly and goes on with its data. */
import { once } from "node:events"
import { chmodSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { freePort } from "@parley/runtime/freePort"
import { RawUser } from "@parley/testkit/raw/RawClient"
import { programOnPath, requirement } from "@parley/testkit/requirement"
import { postgresBinaries } from "@parley/testkit/throwawayPostgres"
import { describe, expect, it, onTestFinished } from "vitest"
import { parley, type Running, start } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()

const isHere =
  requirement("postgres", postgresBinaries() !== undefined) &&
  requirement("redis-server", programOnPath("redis-server") !== undefined)

const up = async (nodes: number): Promise<{ readonly running: Running; readonly url: string }> => {
  const port = await freePort()
  const running = start(["up", "--nodes", `${nodes}`, "--port", `${port}`, "--data-dir", path("data")])
  onTestFinished(async () => {
    running.child.kill("SIGTERM")
    await running.ended
  })
  const printed = await running.prints("Parley listens on ")
  return { running, url: /Parley listens on (\S+)/.exec(printed)![1]! }
}

/** Processes of this machine that were told of the directory. */
const left = (): ReadonlyArray<string> =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/environ`, "utf8") + readFileSync(`/proc/${pid}/cmdline`, "utf8")]
      } catch {
        // It has ended meanwhile.
        return []
      }
    })
    .filter((told) => told.includes(path("data")))

describe.runIf(isHere)("parley up", () => {
  it("serves many nodes at one address, stops in order, and goes on with the data", async () => {
    // Postgres may run as another user here.
    chmodSync(path("."), 0o711)
    const first = await up(2)
    const [ann, bob] = [await RawUser.login(first.url, "ann"), await RawUser.login(first.url, "bob")]
    const { id } = (await bob.post("/v1/conversations", { kind: "direct", user_id: "ann" })).body
    const [annOnline, bobOnline] = [await ann.live(), await bob.live()]
    await bobOnline.say(id, "m1", "Soup?")
    await annOnline.wait(({ type, payload }) => type === "message.new" && payload.text === "Soup?")
    await Promise.all([annOnline.close(), bobOnline.close()])

    const second = await parley(["up", "--data-dir", path("data")])
    expect([second.status, second.stderr]).toEqual([1, expect.stringContaining("another process uses")])

    first.running.child.kill("SIGTERM")
    expect((await first.running.ended).status).toBe(0)
    expect(left()).toEqual([])

    const again = await up(1)
    const page = await (await RawUser.login(again.url, "ann")).history(id)
    expect(page.map(({ text }) => text)).toEqual(["Soup?"])
    again.running.child.kill("SIGKILL")
    await again.running.ended
    // Whoever is killed cannot stop what it has started: the watchdog does.
    await expect.poll(left, { timeout: 30_000, interval: 100 }).toEqual([])
  })
})

it("does not start beside engines that are configured", async () => {
  const { status, stderr } = await parley(["up", "--data-dir", path("data")], {
    PARLEY_DATABASE_URL_FILE: "/run/secrets/database",
  })
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining("PARLEY_DATABASE_URL is set, but parley up starts its own"),
  ])
})

it("says what is missing, and what to do about it", async () => {
  const { status, stderr } = await parley(
    ["up", "--data-dir", path("data"), "--port", `${await freePort()}`],
    {
      PATH: path("nowhere"),
    },
  )
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/redis-server cannot be found .*\n.*apt-get install/),
  ])
})

it("says at once that its port is taken, and that a directory is another's", async () => {
  const taken = createServer()
  await once(taken.listen(0, "127.0.0.1"), "listening")
  const { port } = taken.address() as AddressInfo
  try {
    const { status, stderr } = await parley(["up", "--data-dir", path("data"), "--port", `${port}`])
    expect([status, stderr]).toEqual([1, expect.stringContaining(`Port ${port} of 127.0.0.1 cannot be had`)])
  } finally {
    taken.close()
  }
  writeFileSync(path("events.db"), "")
  expect((await parley(["up", "--data-dir", path(".")])).stderr).toContain("a Parley of one process")
})
