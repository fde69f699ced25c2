/** A port is one process's, from its question to its end. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { freePort } from "@parley/runtime/freePort"
import { expect, it } from "vitest"

/** A few, of those that nobody else draws from. */
const range = [19_700, 19_703] as const

const every = async (): Promise<ReadonlyArray<number>> => {
  const found: Array<number> = []
  for (;;) {
    try {
      found.push(await freePort(range))
    } catch {
      return found.toSorted()
    }
  }
}

const all = [19_700, 19_701, 19_702, 19_703]

const other = `
  import { freePort } from ${JSON.stringify(fileURLToPath(import.meta.resolve("@parley/runtime/freePort")))}
  for (let count = 0; count < 4; count++) await freePort([${range}])
  process.stdout.write("has all")
  process.stdin.resume()
`

it("is given once, and again when the process that was given it has ended, even by kill -9", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", other], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  await once(child.stdout, "data")
  expect(await every()).toEqual([])
  child.kill("SIGKILL")
  await once(child, "exit")
  expect(await every()).toEqual(all)
  expect(await every()).toEqual([])
})
