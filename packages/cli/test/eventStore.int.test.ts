/** `parley event-store` as a process: where it listens, what it refuses, and how it ends. The protocol has its tests in the testkit. */
import { connect } from "node:http2"
import { once } from "node:events"
import { freePort } from "@parley/runtime/freePort"
import { openLogReader } from "@parley/runtime/eventStore/SqliteLogReader"
import { expect, it } from "vitest"
import { parley, start } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()

it("serves until SIGTERM, and the directory is its own meanwhile", async () => {
  const port = await freePort()
  const running = start(["event-store", "--port", String(port), "--data-dir", path("data")])
  await running.prints(`Event store listens on 127.0.0.1:${port}\n`)
  const session = connect(`http://127.0.0.1:${port}`)
  await once(session, "connect")
  const second = await parley(["event-store", "--port", "0", "--data-dir", path("data")])
  expect([second.status, second.stdout]).toEqual([1, ""])
  expect(second.stderr).toContain("another process uses the data directory")
  running.child.kill("SIGTERM")
  expect(await running.ended).toMatchObject({ status: 0, stderr: "" })
})

it("refuses what would let strangers in, and flags that lack their other half", async () => {
  const refused = async (...flags: ReadonlyArray<string>) => {
    const { status, stderr } = await parley([
      "event-store",
      "--port",
      "0",
      "--data-dir",
      path("data"),
      ...flags,
    ])
    return [status, stderr.split("\n")[0]]
  }
  expect(await refused("--host", "0.0.0.0")).toEqual([
    1,
    "parley: 0.0.0.0 can be reached from other machines, and there is no password",
  ])
  expect(await refused("--user", "parley")).toEqual([2, "parley: --user and --password-file go together"])
  expect(await refused("--tls-cert", "node.crt")).toEqual([2, "parley: --tls-cert and --tls-key go together"])
})

it("begins a new epoch when it is told that the log was put back", async () => {
  const serve = async (...flags: ReadonlyArray<string>) => {
    const running = start(["event-store", "--port", "0", "--data-dir", path("data"), ...flags])
    await running.prints("Event store listens on")
    running.child.kill("SIGTERM")
    expect(await running.ended).toMatchObject({ status: 0, stderr: "" })
    const reader = openLogReader(path("data/events.db"))
    try {
      return { epoch: reader.epoch(), events: reader.headPosition() + 1 }
    } finally {
      reader.close()
    }
  }
  const first = await serve()
  const again = await serve("--new-epoch")
  expect(again.events).toBe(first.events + 1)
  expect(again.epoch).not.toBe(first.epoch)
})
