/** `node scripts/build.mjs`: builds the page when it is missing or stale. */
import { ensureInstalled } from "./installation.mjs"
import { ensureBuilt } from "./page.mjs"

ensureInstalled()
ensureBuilt()
