/**
 * Makes the package that is published: one ES module and one declaration for each source, and a `package.json` of its own.
 *
 *     node packages/client/build/main.ts <directory>     then     npm pack <directory>
 *
 * Always true: what it makes needs nothing of this repository and no other package; React is asked for only by `./react`.
 */
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const here = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))
const root = (path: string): string => here(`../../${path}`)

const subpath = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })

export const buildPackage = (directory: string): void => {
  const dist = join(directory, "dist")
  mkdirSync(dist, { recursive: true })
  const project = ["--project", here("tsconfig.package.json"), "--outDir", dist]
  execFileSync(process.execPath, [root("node_modules/typescript/bin/tsc"), ...project], { stdio: "inherit" })
  for (const name of readdirSync(dist)) if (name.endsWith(".d.ts")) pointAtModules(join(dist, name))
  copyFileSync(here("README.md"), join(directory, "README.md"))
  copyFileSync(root("LICENSE"), join(directory, "LICENSE"))
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`)
}

/** The compiler leaves the sources' own suffix in declarations. */
const pointAtModules = (path: string): void =>
  writeFileSync(path, readFileSync(path, "utf8").replaceAll(/(["'])(\.\/[^"']+)\.ts\1/g, "$1$2.js$1"))

const manifest = () => {
  const { name, version } = JSON.parse(readFileSync(here("package.json"), "utf8")) as {
    readonly name: string
    readonly version: string
  }
  return {
    name,
    version,
    description:
      "Parley's client for browsers and Node: connection, resume, outbox, one store, hooks for React.",
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    exports: {
      ".": subpath("publicApi"),
      "./react": subpath("react"),
      "./pushWorker": subpath("pushWorker"),
    },
    files: ["dist"],
    engines: { node: ">=22" },
    peerDependencies: { react: ">=18" },
    peerDependenciesMeta: { react: { optional: true } },
  }
}
