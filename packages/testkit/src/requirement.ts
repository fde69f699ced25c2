/**
 * Parts of the machine that some tests need: a browser, strace, a server of Debian's.
 *
 * Always true: a test that is left out says so, and what was missing, in one line; with `PARLEY_TEST_REQUIRE=all` nothing is left out:
 * a missing part is a failure.
 */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

/** Where a program lies on PATH; `undefined` when it does not. */
export const programOnPath = (name: string): string | undefined =>
  (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** `describe.runIf(requirement("strace", programOnPath("strace") !== undefined))(…)` */
export const requirement = (name: string, present: boolean): boolean => {
  if (present) return true
  if (process.env["PARLEY_TEST_REQUIRE"] === "all")
    throw new Error(`${name} is missing, and PARLEY_TEST_REQUIRE=all asks for every part`)
  console.warn(`Left out: tests that need ${name}, which this machine does not have`)
  return false
}
