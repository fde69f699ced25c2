/**
 * The secrets of a `parley up`, and the URLs that hold some: files that its processes read by `…_FILE`.
 *
 * Always true: made once and never replaced, readable by their owner alone, and in no process's arguments or environment.
 */
import { randomBytes } from "node:crypto"
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"

export interface Secrets {
  /** Writes a file anew; its path. */
  readonly write: (name: string, content: string) => string
  /** The path of a file whose content is made once. */
  readonly path: (name: string) => string
  readonly value: (name: string) => string
}

/** The master key is base64 of 32 bytes; for the others any text of at least 32 bytes does, and this one fits into URLs too. */
const fresh = (name: string): string => randomBytes(32).toString(name === "master.key" ? "base64" : "hex")

export const secretsIn = (directory: string): Secrets => {
  const write = (name: string, content: string): string => {
    const path = join(directory, name)
    // Whole or not at all.
    writeFileSync(`${path}.new`, `${content}\n`, { mode: 0o600, flush: true })
    chmodSync(`${path}.new`, 0o600)
    renameSync(`${path}.new`, path)
    return path
  }
  const path = (name: string): string =>
    existsSync(join(directory, name)) ? join(directory, name) : write(name, fresh(name))
  return { write, path, value: (name) => readFileSync(path(name), "utf8").trim() }
}
