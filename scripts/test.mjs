/** `npm test`: installs and builds what is missing and runs the tests; arguments go to vitest (`npm test -- --project unit`). */
import { ensureInstalled } from "./installation.mjs"
import { ensureBuilt } from "./page.mjs"
import { keepsCompiled, run } from "./run.mjs"

ensureInstalled()
ensureBuilt()
run(["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], keepsCompiled)
