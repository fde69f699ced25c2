/** `node packages/client/build/main.ts <directory>`: the package as it is published, ready for `npm pack`. */
import { buildPackage } from "./buildPackage.ts"

const [directory] = process.argv.slice(2)
if (directory === undefined) {
  console.error("Say where to: node packages/client/build/main.ts <directory>")
  process.exitCode = 1
} else buildPackage(directory)
