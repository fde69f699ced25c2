/**
 * The whole way: a backup under load, the machine lost, a restore, and people who come back by themselves. What stands in the log
 * afterwards is compared with what each client was told.
 */
import { rateLimits } from "@parley/domain/limits"
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs"
import { connect, type Parley } from "@parley/client/connect"
import { devLogin } from "@parley/client/devLogin"
import { Account } from "@parley/testkit/independent/Account"
import { Client } from "@parley/testkit/independent/Client"
import type { Frame } from "@parley/testkit/independent/Frame"
import { freePort } from "@parley/runtime/freePort"
import { startParley } from "@parley/testkit/startParley"
import { expect, it } from "vitest"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()
const patienceMs = 60_000

/** Looks again until it holds. */
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  const end = Date.now() + patienceMs
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`it did not come to pass: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** People may write as fast as they can. */
const env = Object.fromEntries(rateLimits.map((limit) => [`PARLEY_LIMIT_${limit.toUpperCase()}`, "100000"]))
const server = (port: number) => startParley({ dataDir: path("data"), port, env })

/** Ann's own client of the SDK, with an outbox that outlives the server. */
const sdk = async (url: string): Promise<Parley> =>
  connect({
    url,
    token: async () => (await devLogin(url, { userId: "ann" })).access_token,
    userId: "ann",
    deviceId: "laptop",
  })

it("what was acknowledged before a backup under load is in it; what came later and is still on a client comes back once", async () => {
  mkdirSync(path("data"))
  const port = await freePort()
  const first = await server(port)
  const url = first.url
  const people = ["bob", "cat", "dan"].map((name) => new Account(url, name))
  for (const one of people) await one.token()
  const ann = await sdk(url)
  await until("ann is online", () => ann.status.phase === "live")
  const { body: group } = await new Account(url, "ann").createGroup("Lunch", ["bob", "cat", "dan"])
  const lunch = group.id as string

  // Three who write without pause; each text once.
  const acked: Array<string> = []
  const load = { on: true }
  const writers = people.map(async (one, who) => {
    const client = new Client(one, "phone")
    await client.connect()
    for (let i = 0; load.on; i++) {
      const text = `${one.userId} ${i}`
      const outcome = await client.send(lunch, `${who}-${i}`, text)
      if (outcome._tag === "Acked") acked.push(text)
    }
    client.close()
  })
  await until("a hundred messages stand", () => acked.length >= 100)
  const before = [...acked]
  const { status, stdout, stderr } = await parley([
    ...["backup", path("backup"), "--keys", path("keys"), "--data-dir", path("data"), "--json"],
  ])
  expect([status, stderr]).toEqual([0, ""])
  const manifest = JSON.parse(readFileSync(path("backup/manifest.json"), "utf8")) as { epoch: string }
  expect(JSON.parse(stdout)).toMatchObject({ epoch: manifest.epoch, position: expect.any(Number) })
  const during = acked.length
  expect(during).toBeGreaterThan(before.length)
  load.on = false
  await Promise.all(writers)

  // Acknowledged after the backup, and still in ann's outbox, as the SDK keeps it for a day.
  const late = ann.send(lunch, "Only on my laptop")
  await until("ann has her ack", () =>
    ann.entries(lunch).some((one) => "text" in one && one.text === "Only on my laptop" && "seq" in one),
  )
  expect(late).toBeDefined()

  // Dan's phone knows the old history; what it hears after the restore is written down.
  const heard: Array<Frame> = []
  const resumed: Array<string> = []
  const dan = new Client(new Account(url, "dan"), "tablet", {
    frame: (frame, fresh) => void (fresh && heard.push(frame)),
    opened: (from) => void resumed.push(from),
  })
  await dan.connect()
  await until("dan holds a cursor", () => dan.cursor !== undefined)

  await first.kill9()
  rmSync(path("data"), { recursive: true })
  const restored = await parley([
    "restore",
    path("backup"),
    "--keys",
    path("keys"),
    "--data-dir",
    path("data"),
    "--json",
  ])
  expect([restored.status, restored.stderr]).toEqual([0, ""])
  const report = JSON.parse(restored.stdout) as { epoch: string; previous_epoch: string }
  expect(report.previous_epoch).toBe(manifest.epoch)
  expect(report.epoch).not.toBe(manifest.epoch)
  expect(existsSync(path("data/restore.unfinished"))).toBe(false)

  const second = await server(port)
  try {
    const reader = new Account(url, "bob")
    const texts = async (): Promise<ReadonlyArray<string | undefined>> =>
      (await reader.wholeHistory(lunch)).map((one) => one.text)
    // While its models are built anew, the server answers `unavailable`.
    await until("ann's late message is back", async () =>
      (await texts().catch((): ReadonlyArray<string> => [])).includes("Only on my laptop"),
    )
    const history = await texts()
    expect(new Set(history).size).toBe(history.length)
    for (const text of before) expect(history).toContain(text)
    expect(history.filter((text) => text === "Only on my laptop")).toHaveLength(1)

    // The old cursor was refused (`gone`), and dan started afresh: from the beginning of what stands now.
    await until("dan has been told of the late message", () =>
      heard.some((frame) => frame.payload?.text === "Only on my laptop" && dan.state === "synced"),
    )
    expect(resumed.slice(0, 2)).toEqual(["nothing", "cursor"])
    const refused = heard.find((frame) => frame.type === "error")
    expect(refused?.payload.code).toBe("gone")
    const afterwards = heard.slice(heard.indexOf(refused!))
    const seqs = afterwards.filter((frame) => frame.conversation_id === lunch && frame.seq !== undefined)
    expect(new Set(seqs.map((frame) => frame.seq)).size).toBe(seqs.length)
    expect(seqs.at(-1)?.seq).toBe(history.length)
  } finally {
    dan.close()
    ann.close()
    await second.stop()
  }
})
