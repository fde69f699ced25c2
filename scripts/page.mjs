/**
 * The built page: is it there, and does it belong to the sources as they are.
 *
 * Always true: a build is complete before it takes the place of the one before it, so a server never serves half of one.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs"
import { root, runtime } from "./installation.mjs"

const web = `${root}packages/web/`
const built = `${web}dist`
const stampName = "stamp"
/** All that a build reads: folders and files. */
const sources = [
  "packages/web/src",
  "packages/web/public",
  "packages/web/index.html",
  "packages/web/explorer.html",
  "packages/web/vite.config.ts",
  "packages/client/src",
  "packages/domain/src",
  "package-lock.json",
]

const filesOf = (path) => {
  if (!existsSync(root + path)) return []
  if (!statSync(root + path).isDirectory()) return [path]
  return readdirSync(root + path, { recursive: true, encoding: "utf8" })
    .map((name) => `${path}/${name}`)
    .filter((name) => statSync(root + name).isFile())
    .toSorted()
}

const sourceHash = () => {
  const hash = createHash("sha256")
  for (const path of sources.flatMap(filesOf)) hash.update(`${path}\0`).update(readFileSync(root + path))
  return hash.digest("hex")
}

/** Builds when needed, and says so in one line. Ends the process when that fails. */
export const ensureBuilt = () => {
  const hash = sourceHash()
  const stamp = `${built}/${stampName}`
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === hash) return
  // An installation without the tools of development serves what came with it.
  if (!existsSync(`${root}node_modules/vite`)) return
  console.log("Building the page (vite build) …")
  const fresh = `${web}dist-${process.pid}`
  const vite = spawnSync(
    runtime(),
    ["node_modules/vite/bin/vite.js", "build", "packages/web", "--outDir", fresh, "--logLevel", "warn"],
    { cwd: root, stdio: "inherit", env: { ...process.env, NODE_ENV: "production" } },
  )
  if (vite.status !== 0) {
    rmSync(fresh, { recursive: true, force: true })
    console.error("The page could not be built: see the words above.")
    process.exit(1)
  }
  writeFileSync(`${fresh}/${stampName}`, hash)
  rmSync(built, { recursive: true, force: true })
  renameSync(fresh, built)
}
