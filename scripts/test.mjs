/** `npm test`: installs what is missing and runs the tests; arguments go to vitest (`npm test -- --project unit`). */
import { ensureInstalled } from "./installation.mjs"
import { run } from "./run.mjs"

ensureInstalled()
run(["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)])
