/**
 * What a database file says of itself in its first hundred bytes, read without SQLite, which might recover, and so change, what is
 * not ours.
 */
import { closeSync, openSync, readSync } from "node:fs"

/** Which of Parley's files a database is: the application id at byte 68. */
export const applicationIds = { log: 0x50_52_4c_59, vault: 0x50_4b_45_59 } as const

const headerBytes = 100

/** `undefined`: absent, empty, or no SQLite database. Throws when it cannot be read. */
export const sqliteHeader = (
  file: string,
): { readonly applicationId: number; readonly version: number } | undefined => {
  let handle: number
  try {
    handle = openSync(file, "r")
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw cause
  }
  try {
    const header = Buffer.alloc(headerBytes)
    const read = readSync(handle, header, 0, headerBytes, 0)
    if (read < headerBytes || header.toString("latin1", 0, 16) !== "SQLite format 3\0") return undefined
    return { applicationId: header.readUInt32BE(68), version: header.readUInt32BE(60) }
  } finally {
    closeSync(handle)
  }
}
