/** Directories of one test, gone with it. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach } from "vitest"

/** Call at the top of a test file: returns what names a path in a directory that each test has for itself. */
export const ownDirectory = (): ((name: string) => string) => {
  let made: string | undefined
  afterEach(() => {
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    made = undefined
  })
  return (name) => {
    made ??= mkdtempSync(join(tmpdir(), "parley-cli-"))
    return join(made, name)
  }
}
