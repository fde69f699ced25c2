/**
 * Processes that tests and benches start compile nothing twice, as after `npm start`: it halves the CPU of a start. Whoever runs them may
 * name another place.
 */
import { fileURLToPath } from "node:url"

export const compiled = {
  NODE_COMPILE_CACHE:
    process.env["NODE_COMPILE_CACHE"] ??
    fileURLToPath(new URL("../../../node_modules/.cache/compile", import.meta.url)),
} as const
