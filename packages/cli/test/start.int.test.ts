/** `parley start` on data whose keys are not there: it must not make new ones beside what nobody could read any more. */
import { copyFileSync, existsSync, rmSync } from "node:fs"
import { expect, it } from "vitest"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"
import { makeData, meetPerson } from "./storedData.ts"

const path = ownDirectory()
const start = () =>
  parley(["start"], {
    PARLEY_DEV_LOGIN: "true",
    PARLEY_DATA_DIR: path("data"),
    PARLEY_HTTP_PORT: "0",
    PARLEY_OPS_PORT: "0",
  })

it("refuses a log whose vault has vanished, names both, and makes none", async () => {
  await makeData(path("data"), [["ann", "Soup?"]])
  rmSync(path("data/keys.db"))
  const { status, stdout, stderr } = await start()
  expect([status, stdout]).toEqual([1, ""])
  expect(stderr).toContain(`${path("data/events.db")} holds events, but their keys are gone`)
  expect(stderr).toContain(path("data/keys.db"))
  expect(existsSync(path("data/keys.db"))).toBe(false)
})

it("refuses the vault of another log", async () => {
  await makeData(path("data"), [["ann", "Soup?"]])
  await meetPerson(path("other"), "eve")
  for (const name of ["keys.db", "master.key"]) copyFileSync(path(`other/${name}`), path(`data/${name}`))
  const { status, stderr } = await start()
  expect([status, stderr]).toEqual([1, expect.stringContaining("holds none of the keys")])
})
