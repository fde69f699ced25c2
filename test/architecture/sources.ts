/** The repository's own text files, as the architecture's rules see them. Paths are relative to the root, with `/`. */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export interface Source {
  readonly path: string
  readonly text: string
}

const root = fileURLToPath(new URL("../..", import.meta.url))
const skipped = new Set(["node_modules", ".types", ".git", "data", "coverage", "artifacts", "out", "dist"])

const walk = (directory: string): ReadonlyArray<string> =>
  readdirSync(`${root}${directory}`, { withFileTypes: true })
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) => {
      const path = `${directory}${entry.name}`
      return entry.isDirectory() ? walk(`${path}/`) : [path]
    })

const read = (path: string): Source => ({ path, text: readFileSync(`${root}${path}`, "utf8") })

/** Code and documents; this folder's own files are left out, because they spell out what they forbid. */
export const sources: ReadonlyArray<Source> = walk("")
  .filter((path) => /\.(?:tsx?|mjs|css|html|md)$/.test(path) && !path.startsWith("test/"))
  .map(read)

export const manifests: ReadonlyArray<Source> = sources
  .map(({ path }) => /^packages\/[^/]+\//.exec(path)?.[0])
  .filter((directory, index, all) => directory !== undefined && all.indexOf(directory) === index)
  .map((directory) => read(`${directory}package.json`))
