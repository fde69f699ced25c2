/**
 * A stranger's app: an empty directory, the client as it is published, the code of the documentation.
 *
 * Always true: the client comes from the packed tarball alone; Vite and React are those of this repository, by links, so that
 * nothing is asked of a registry.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const npm = (directory: string, args: ReadonlyArray<string>): string =>
  execFileSync("npm", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] })

/** The first block of code of that language in a page of this repository. */
export const codeOf = (page: string, language: string): string => {
  const [, code] =
    new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(join(root, page), "utf8")) ?? []
  if (code === undefined) throw new Error(`${page} has no block of ${language}`)
  return code
}

/** Builds the package, packs it, installs the tarball into `directory`. */
export const installPublished = (directory: string): void => {
  const made = join(directory, "made")
  execFileSync(process.execPath, [join(root, "packages/client/build/main.ts"), made], { stdio: "pipe" })
  npm(directory, ["pack", made, "--pack-destination", directory, "--silent"])
  const tarball = readdirSync(directory).find((name) => name.endsWith(".tgz"))
  const app = join(directory, "app")
  mkdirSync(join(app, "src"), { recursive: true })
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }))
  npm(app, ["install", "--offline", "--no-audit", "--no-fund", "--silent", join(directory, tarball ?? "")])
  mkdirSync(join(app, "node_modules/@types"), { recursive: true })
  for (const name of ["react", "react-dom", "scheduler", "@types/react", "@types/react-dom", "csstype"])
    symlinkSync(join(root, "node_modules", name), join(app, "node_modules", name))
}

/** The types of the app, as `tsc` sees them in a fresh Vite app; what it complains about. */
export const typesOf = (app: string, file: string): string => {
  const options = ["--noEmit", "--strict", "--jsx", "react-jsx", "--module", "esnext", "--target", "es2023"]
  const more = [
    "--moduleResolution",
    "bundler",
    "--lib",
    "es2023,dom,dom.iterable",
    "--types",
    "react",
    "--pretty",
    "false",
  ]
  try {
    const tsc = join(root, "node_modules/typescript/bin/tsc")
    execFileSync(process.execPath, [tsc, ...options, ...more, file], { cwd: app, encoding: "utf8" })
    return ""
  } catch (error) {
    return String((error as { readonly stdout?: string }).stdout)
  }
}
