import { chmodSync, closeSync, copyFileSync, mkdirSync, openSync, rmSync, statSync, writeSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { startParley } from "@parley/testkit/startParley"
import { expect, it } from "vitest"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"
import { examine as examineWith } from "./examine.ts"
import { makeData, meetPerson } from "./storedData.ts"

const path = ownDirectory()

const examine = (env: Readonly<Record<string, string>> = {}) =>
  examineWith({ PARLEY_DEV_LOGIN: "true", PARLEY_DATA_DIR: path("data"), ...env })

it("finds nothing wrong with a new installation, and none with a used one", async () => {
  expect((await examine()).failed).toEqual([])
  await makeData(path("data"), [["ann", "Soup?"]])
  const { failed, of } = await examine()
  expect(failed).toEqual([])
  expect(of("log")?.detail).toContain("position 2")
  expect(of("keys")?.detail).toContain("1 person")
  expect(of("port")?.status).toBe("ok")
})

it("says every finding in a line for people, with a remedy", async () => {
  const { status, stdout, stderr } = await parley(["doctor", "--data-dir", path("data")])
  expect([status, stderr]).toEqual([1, "parley: 1 check failed.\n"])
  expect(stdout).toMatch(/^fail {2}configuration +PARLEY_JWT_SECRET: needed/m)
  expect(stdout).toMatch(/^ +→ See docs\/configuration\.md/m)
})

it("finds a vault that vanished, one of another log, and a master key that does not fit or is open to others", async () => {
  await makeData(path("data"), [["ann", "Soup?"]])
  chmodSync(path("data/master.key"), 0o644)
  expect((await examine()).failed).toEqual(["master key"])
  chmodSync(path("data/master.key"), 0o600)
  await meetPerson(path("other"), "eve")
  copyFileSync(path("data/master.key"), path("ours.key"))
  copyFileSync(path("other/master.key"), path("data/master.key"))
  expect((await examine()).of("master key")?.detail).toContain("does not open")
  copyFileSync(path("other/keys.db"), path("data/keys.db"))
  const foreign = await examine()
  expect(foreign.failed).toEqual(["keys"])
  expect(foreign.of("keys")?.detail).toContain("1 of 1 people")
  rmSync(path("data/keys.db"))
  const vanished = await examine()
  expect(vanished.of("keys")).toMatchObject({
    status: "fail",
    detail: expect.stringContaining("holds events"),
  })
})

it("finds a damaged page of the log", async () => {
  const texts = Array.from({ length: 60 }, (_, i) => ["ann", `${i} ${"soup ".repeat(200)}`] as const)
  await makeData(path("data"), texts)
  const file = path("data/events.db")
  const handle = openSync(file, "r+")
  const middle = Math.floor(statSync(file).size / 4_096 / 2) * 4_096
  writeSync(handle, Buffer.alloc(4_096, 0xff), 0, 4_096, middle)
  closeSync(handle)
  const { failed, of } = await examine()
  expect(failed).toContain("log")
  expect(of("log")?.detail).toContain("damaged")
})

it("finds bad values, an unfinished restore and a taken port at once", async () => {
  mkdirSync(path("data"), { mode: 0o700 })
  closeSync(openSync(path("data/restore.unfinished"), "w"))
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
  const taken = String((other.address() as AddressInfo).port)
  const { failed, of } = await examine({ PARLEY_HTTP_PORT: taken })
  expect(failed).toEqual(["data directory", "port"])
  expect(of("port")?.detail).toContain("EADDRINUSE")
  await new Promise((resolve) => other.close(resolve))
  expect((await examine({ PARLEY_LIMIT_TEXT_CHARS: "many" })).failed).toEqual([
    "configuration",
    "data directory",
  ])
})

it("asks a running server how it is, and does not take its ports for somebody else's", async () => {
  mkdirSync(path("data"), { mode: 0o700 })
  const server = await startParley({ dataDir: path("data") })
  try {
    const [http, ops] = [new URL(server.url).port, new URL(server.opsUrl).port]
    const { failed, of } = await examine({ PARLEY_HTTP_PORT: http, PARLEY_OPS_PORT: ops })
    expect(failed).toEqual([])
    expect(of("server")).toMatchObject({ status: "ok", detail: "It runs and is ready." })
    expect((await examine()).of("server")?.status).toBe("warn")
    expect((await fetch(`${server.opsUrl}/readyz`)).status).toBe(200)
  } finally {
    await server.stop()
  }
})
