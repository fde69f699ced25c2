/**
 * The files of a read model that was rebuilt: the first is `history.db`, the next `history.1.db`, and so on; `history.db.generation` says
 * which one answers.
 *
 * Always true: the file that the pointer names is whole, for the pointer is durable only after it was built. One that is newer than the
 * pointer is half-built, and goes on being built; older ones are of no use.
 */
import { existsSync, readFileSync } from "node:fs"
import { open, rename, rm, stat, truncate, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { setTimeout } from "node:timers/promises"

const pointerOf = (first: string): string => `${first}.generation`

/** @param first the path of the model's first file. */
export const fileOfGeneration = (first: string, generation: number): string =>
  generation === 0 ? first : first.replace(/(\.db)?$/, `.${generation}$1`)

/** 0 when there never was a rebuild. */
export const currentGeneration = (first: string): number => {
  try {
    return Number.parseInt(readFileSync(pointerOf(first), "utf8"), 10) || 0
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return 0
    throw cause
  }
}

/** The half-built generation, if a rebuild was cut off. */
export const unfinishedGeneration = (first: string): number | undefined => {
  const next = currentGeneration(first) + 1
  return existsSync(fileOfGeneration(first, next)) ? next : undefined
}

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** From here on, also after a crash, this generation is the model. */
export const pointAt = async (first: string, generation: number): Promise<void> => {
  const pointer = pointerOf(first)
  await writeFile(`${pointer}.new`, `${generation}\n`, { mode: 0o600 })
  await sync(`${pointer}.new`)
  await rename(`${pointer}.new`, pointer)
  await sync(dirname(pointer))
}

/** Bytes given back at once: a large file that goes as a whole keeps the disk from those who wait for an fsync. */
const bite = 32 * 1_024 * 1_024
const biteMs = 20

/** Nobody may have it open. Takes its time. */
export const removeGeneration = async (first: string, generation: number): Promise<void> => {
  const file = fileOfGeneration(first, generation)
  if (existsSync(file))
    for (let { size } = await stat(file); size > bite; size -= bite) {
      await truncate(file, size - bite)
      await setTimeout(biteMs)
    }
  for (const suffix of ["", "-wal", "-shm", ".damaged"]) await rm(file + suffix, { force: true })
}
