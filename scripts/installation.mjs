/**
 * The installation as the scripts see it: is it there, and does it belong to this lock file.
 *
 * Runs on Node 20 with nothing installed.
 */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("..", import.meta.url))
const stamp = `${root}node_modules/.parley-lock`
const linked = `${root}node_modules/.bin/node`
const oldestRuntime = 24

const lockHash = () =>
  createHash("sha256")
    .update(readFileSync(`${root}package-lock.json`))
    .digest("hex")

const isCurrent = () => existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash()

/** The packages that carry Node's binary: one for each platform, under the name of their maker's choice. */
const carrier = () => {
  const platform = `${process.platform}-${process.arch}`
  return [`node-${platform}`, `node-bin-${platform}`].find((name) =>
    existsSync(`${root}node_modules/${name}/bin/node`),
  )
}

/** Runs after npm has installed. npm 10 takes the link away with the packages of other platforms, so it is laid here. */
export const completeInstallation = () => {
  const name = carrier()
  if (name !== undefined && !existsSync(linked)) {
    mkdirSync(`${root}node_modules/.bin`, { recursive: true })
    rmSync(linked, { force: true })
    symlinkSync(`../${name}/bin/node`, linked)
  }
  writeFileSync(stamp, lockHash())
}

/** Installs when needed, and says so in one line. Ends the process when that fails. */
export const ensureInstalled = () => {
  if (isCurrent()) return
  console.log("Installing the packages of package-lock.json (npm ci) …")
  const npm = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: "inherit",
  })
  if (npm.status === 0 && isCurrent()) return
  console.error("The installation failed: see npm's words above.")
  process.exit(1)
}

/** The Node that Parley runs on: the installed one, else this one if it is new enough. */
export const runtime = () => {
  if (existsSync(linked)) return linked
  if (Number(process.versions.node.split(".")[0]) >= oldestRuntime) return process.execPath
  console.error(
    `Parley runs on Node ${oldestRuntime}. There is no package of it for ${process.platform}-${process.arch}: ` +
      `install Node ${oldestRuntime} yourself and start again (this is ${process.version}).`,
  )
  process.exit(1)
}
