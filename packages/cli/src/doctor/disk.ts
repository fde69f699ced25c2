/** The data directory and the disk under it. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  openSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { unfinishedRestoreName } from "@parley/runtime/DataDirectory"
import { said } from "../CommandFailed.ts"
import { size } from "../output.ts"
import { fail, type Finding, ok, warn } from "./Finding.ts"

const littleBytes = 1024 ** 3
const tooLittleBytes = 100 * 1024 ** 2
const slowFsyncMs = 20
const fsyncs = 20
const writtenBytes = 4_096
/** Magic numbers of statfs: what these hold is gone with the power. */
const inMemory: ReadonlyMap<number, string> = new Map([
  [0x01_02_19_94, "tmpfs"],
  [0x85_84_58_f6, "ramfs"],
])

/** The directory, or where it would be made. */
const nearest = (directory: string): string =>
  existsSync(directory) ? directory : nearest(dirname(directory))

export const examineDirectory = (directory: string): Finding => {
  const name = "data directory"
  if (!existsSync(directory)) {
    const parent = nearest(directory)
    try {
      accessSync(parent, constants.W_OK)
      return ok(name, `${directory} is not there yet: the first start makes it.`)
    } catch {
      return fail(name, `${directory} cannot be made: ${parent} is not writable.`, "Set PARLEY_DATA_DIR.")
    }
  }
  if (existsSync(join(directory, unfinishedRestoreName)))
    return fail(name, "A restore was cut off here.", "Empty the directory and restore again.")
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch {
    return fail(name, `${directory} is not writable for this user.`, "Run as the server's user, or chown it.")
  }
  return (statSync(directory).mode & 0o077) === 0
    ? ok(name, directory)
    : warn(name, `${directory} is open to other users of this machine.`, `chmod 700 ${directory}`)
}

export const examineSpace = (directory: string): Finding => {
  const { bavail, bsize, type } = statfsSync(nearest(directory))
  const free = bavail * bsize
  const kind = inMemory.get(type)
  if (kind !== undefined)
    return warn(
      "disk",
      `${directory} lies in memory (${kind}): a power cut takes everything.`,
      "Move PARLEY_DATA_DIR to a disk.",
    )
  const detail = `${size(free)} free`
  if (free < tooLittleBytes) return fail("disk", `${detail}: sends will soon be refused.`, "Make room.")
  return free < littleBytes ? warn("disk", `${detail}.`, "Make room, or watch it.") : ok("disk", detail)
}

/** Writes a small file in the data directory's place, and takes it away. */
export const examineFsync = (directory: string): Finding => {
  const file = join(nearest(directory), `.parley-doctor-${process.pid}`)
  const times: Array<number> = []
  try {
    const handle = openSync(file, "wx", 0o600)
    try {
      for (let i = 0; i < fsyncs; i++) {
        writeSync(handle, Buffer.alloc(writtenBytes, i))
        const started = performance.now()
        fdatasyncSync(handle)
        times.push(performance.now() - started)
      }
    } finally {
      closeSync(handle)
      rmSync(file, { force: true })
    }
  } catch (cause) {
    return fail(
      "fsync",
      `Nothing can be written: ${said(cause)}.`,
      "Look at the disk and the directory's owner.",
    )
  }
  times.sort((a, b) => a - b)
  const [median, longest] = [times[fsyncs / 2]!, times.at(-1)!]
  const detail = `${median.toFixed(1)} ms, the longest of ${fsyncs} ${longest.toFixed(1)} ms`
  return median < slowFsyncMs
    ? ok("fsync", detail)
    : warn("fsync", `${detail}: every message waits for one.`, "Use a faster disk, or one of its own.")
}
