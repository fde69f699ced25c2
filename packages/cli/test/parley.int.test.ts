import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { expect, it } from "vitest"

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url))
const parley = (args: ReadonlyArray<string>, env: Record<string, string> = {}) =>
  spawnSync(process.execPath, [main, ...args], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], ...env },
  })

it("help that is asked for goes to stdout and ends with 0", () => {
  for (const args of [[], ["help"], ["--help"]]) {
    const { status, stdout } = parley(args)
    expect([status, stdout]).toEqual([0, expect.stringContaining("parley start")])
  }
})

it("what it does not know ends with 64, the complaint and the help on stderr", () => {
  for (const args of [["stop"], ["start", "now"], ["--loud"]]) {
    const { status, stdout, stderr } = parley(args)
    expect([status, stdout]).toEqual([64, ""])
    expect(stderr).toContain("parley start")
  }
})

it("start is the server: a bad configuration ends it with 78 and every reason", () => {
  const { status, stderr } = parley(["start"], { PARLEY_HTTP_PORT: "no", PARLEY_NO_SUCH: "x" })
  expect(status).toBe(78)
  for (const key of ["PARLEY_HTTP_PORT", "PARLEY_NO_SUCH", "PARLEY_JWT_SECRET"]) expect(stderr).toContain(key)
})
