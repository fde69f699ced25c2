/** The floor of durability: a bare file, appended to and fdatasync'd, one write at a time, in this run on this disk. */
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Summary, summarize } from "./summary.ts"

/** Milliseconds of one 512-byte append with its fdatasync. */
export const fsyncFloor = (writes: number): Summary => {
  const directory = mkdtempSync(join(tmpdir(), "parley-bench-"))
  const file = openSync(join(directory, "log"), "a")
  const line = Buffer.alloc(512, 120)
  const times: Array<number> = []
  for (let i = 0; i < writes; i++) {
    const start = performance.now()
    writeSync(file, line)
    fdatasyncSync(file)
    times.push(performance.now() - start)
  }
  closeSync(file)
  rmSync(directory, { recursive: true })
  return summarize(times)
}
