/** `npm start`: installs and builds what is missing and starts Parley in this directory, with development login unless told otherwise. */
import { ensureInstalled } from "./installation.mjs"
import { ensureBuilt } from "./page.mjs"
import { keepsCompiled, run } from "./run.mjs"

ensureInstalled()
ensureBuilt()
run(["--disable-warning=ExperimentalWarning", "packages/gateway/src/main.ts", ...process.argv.slice(2)], {
  PARLEY_DEV_LOGIN: process.env.PARLEY_DEV_LOGIN ?? "true",
  ...keepsCompiled,
})
