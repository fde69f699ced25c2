/** `npm start`: installs what is missing and starts Parley in this directory, with development login unless told otherwise. */
import { ensureInstalled } from "./installation.mjs"
import { run } from "./run.mjs"

ensureInstalled()
run(["--disable-warning=ExperimentalWarning", "packages/gateway/src/main.ts", ...process.argv.slice(2)], {
  PARLEY_DEV_LOGIN: process.env.PARLEY_DEV_LOGIN ?? "true",
  // What was compiled once is not compiled at the next start.
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? "node_modules/.cache/compile",
})
