/** Data sets that take long to make: kept under a directory of the caller's and found again, or made anew and thrown away. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Effort } from "../table/Row.ts"

/**
 * `use` gets the directory that `make` has filled. One that was made whole in an earlier run is used as it is: `name` says all that its
 * content depends on.
 */
export const withPrepared = async <A>(
  { keep }: Pick<Effort, "keep">,
  name: string,
  make: (directory: string) => Promise<void>,
  use: (directory: string) => Promise<A>,
): Promise<A> => {
  if (keep === undefined) {
    const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
    try {
      await make(directory)
      return await use(directory)
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  }
  const directory = join(keep, name)
  if (!existsSync(directory)) {
    const draft = `${directory}.draft`
    rmSync(draft, { recursive: true, force: true })
    mkdirSync(draft, { recursive: true })
    await make(draft)
    renameSync(draft, directory)
  }
  return use(directory)
}
