/** The end of a restore with engines: a new epoch, and everything that follows the log begins anew. */
import { cpSync, rmSync } from "node:fs"
import { type Nodes, nodesAreHere, startNodes } from "@parley/testkit/nodes/startNodes"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appendToEngines } from "./appendToEngines.ts"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"
import { examine } from "./examine.ts"

const path = ownDirectory()

describe.runIf(nodesAreHere())("a new epoch", () => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes({ gateways: 0, runners: 0 })
  }, 120_000)
  afterAll(() => nodes?.stop(), 60_000)

  const command = (...args: ReadonlyArray<string>) => parley(args, { ...nodes.env, PARLEY_ROLE: "projector" })
  const examined = async () => (await examine({ ...nodes.env, PARLEY_ROLE: "projector" })).of

  /** All that follows the log has come so far. */
  const allAt = async (position: number) => {
    const places = async () => {
      const of = await examined()
      const at = /position (\d+) of/.exec(of("event store")?.detail ?? "")?.[1]
      return [at, of("read models")?.status, of("log index")?.status]
    }
    await expect.poll(places, { timeout: 120_000 }).toEqual([String(position), "ok", "ok"])
  }
  /** Of what `parley event-store` has on its disk, while it is down. */
  const away = async (act: (directory: string) => void) => {
    await nodes.eventStore.kill9()
    act(nodes.eventStore.directory)
    await nodes.eventStore.restart()
  }

  it("makes a log that was put back usable again: once, and when nobody uses it", async () => {
    const [projector] = nodes.projectors
    await allAt(0)
    await away((directory) => cpSync(directory, path("copy"), { recursive: true }))
    await appendToEngines(nodes.env, "somebody", { since: "the copy" })
    await allAt(1)
    const before = /epoch (\S+)$/.exec((await examined())("event store")!.detail)![1]!
    const inUse = await command("new-epoch", before)
    expect([inUse.status, inUse.stderr]).toEqual([
      1,
      expect.stringMatching(/of Parley's processes (is|are) open/),
    ])

    await projector!.terminate()
    await away((directory) => {
      rmSync(directory, { recursive: true })
      cpSync(path("copy"), directory, { recursive: true })
    })
    expect((await examined())("read models")).toMatchObject({
      status: "fail",
      detail: expect.stringContaining("put back to an older state"),
    })
    const other = await command("new-epoch", "0".repeat(32))
    expect([other.status, other.stderr]).toEqual([
      1,
      expect.stringContaining(`of epoch ${before}, not of 000`),
    ])
    const done = await command("new-epoch", before, "--json")
    expect(done.stderr).toBe("")
    const { epoch, previous_epoch } = JSON.parse(done.stdout) as Record<string, string>
    expect([previous_epoch, epoch]).toEqual([before, expect.not.stringContaining(before)])
    expect((await command("new-epoch", before)).status).toBe(1)
    const of = await examined()
    expect(of("event store")?.detail).toContain(epoch)
    expect(of("read models")).toMatchObject({
      status: "warn",
      detail: expect.stringContaining(`of epoch ${before}`),
    })

    await projector!.restart()
    await expect.poll(async () => (await examined())("read models")?.status, { timeout: 120_000 }).toBe("ok")
  })

  it("is for engines, as backup and restore are for files", async () => {
    const embedded = await parley(["new-epoch", "x"], { PARLEY_DATA_DIR: path("data") })
    expect([embedded.status, embedded.stderr]).toEqual([78, expect.stringContaining("parley restore")])
    for (const args of [
      ["backup", path("log")],
      ["restore", path("log")],
    ]) {
      const { status, stdout, stderr } = await command(...args, "--keys", path("keys"))
      expect([args[0], status, stdout]).toEqual([args[0], 78, ""])
      expect(stderr).toContain("log and keys are kept by engines")
      expect(stderr).toContain("docs/operations.md")
    }
  })
})
